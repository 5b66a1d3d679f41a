"""How much of an entity a reader sees, for SQLite: it does not weigh that a page ends after some fifty records.

Where one of several rules of roles must hold, it finds all records of each by an index of its own, and sorts them. That
is best for who sees few. Who sees many meets fifty of them soon along the index of the order: of 1,000,000 records,
64,000 of them seen, a page took 560 ms the first way and takes 6 to 11 the second (docs/speed.md).
"""

from __future__ import annotations

import math

import sqlalchemy as sa
from sqlalchemy.sql import operators

from customary.engine.records.ask import ask
from customary.engine.records.kept import kept
from customary.engine.records.rows import all_rows, permission, sort_column
from customary.engine.records.work import Work

PAGE = 50
ANEW_SECONDS = 600
"""How long the answer is believed."""


def walks(work: Work, entity: str, first: str) -> bool:
    """Whether a page in the order of the field `first` is found along the index of that order, whatever rules say."""
    if not work.is_sqlite or work.access.unrestricted(entity, "read"):
        return False
    leading = sort_column(work, entity, first)
    indexes = work.release.tables.entity(entity).table.indexes
    return any(next(iter(each.columns)) is leading for each in indexes) and _sees_many(work, entity)


def beside_indexes(readable: sa.ColumnElement) -> sa.ColumnElement:
    """The same condition as one that SQLite looks for in no index."""
    return sa.UnaryExpression(readable.self_group(), operator=operators.custom_op("+"), type_=sa.Boolean())


def _sees_many(work: Work, entity: str) -> bool:
    key = ("sees many", entity, work.reader, int(work.now.timestamp()) // ANEW_SECONDS)
    return kept(work, key, lambda: (_is_choice(work, entity) and _are_many(work, entity),))[0]


def _is_choice(work: Work, entity: str) -> bool:
    """Whether one of several conditions must hold; one alone is found in order by its index."""
    return _has_choice(permission(work, all_rows(work, entity), "read"))


def _has_choice(clause: sa.ColumnElement) -> bool:
    clause = getattr(clause, "element", clause)
    if not isinstance(clause, sa.BooleanClauseList):
        return False
    return clause.operator is operators.or_ or any(map(_has_choice, clause.clauses))


def _are_many(work: Work, entity: str) -> bool:
    """Whether the records that they see outnumber those that would be looked at until fifty of them are found."""
    rows = all_rows(work, entity)
    last = ask(work, sa.select(sa.func.max(sa.literal_column("rowid"))).select_from(rows.from_clause), {}).scalar() or 0
    many = max(1, math.isqrt(PAGE * last))
    living = rows.column("archived_at").is_(None)
    found = sa.select(sa.literal(1)).select_from(rows.from_clause).where(living, permission(work, rows, "read"))
    return ask(work, sa.select(sa.func.count()).select_from(found.limit(many).subquery()), {}).scalar_one() == many
