"""One record with all that is told of it - links, child rows, titles - in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import gathered
from customary.engine.fields.field import Field
from customary.engine.records.formulas.computed import clauses, taken_in_turn
from customary.engine.records.formulas.moving import moving, titles_move
from customary.engine.records.kept import kept
from customary.engine.records.record import Titles
from customary.engine.records.rows import all_rows, permission, values_of
from customary.engine.records.titles import nameable_target, reader_key, title_clause, title_of_one
from customary.engine.records.work import Work
from customary.engine.tables import EntityTable, TableRows


@dataclass(frozen=True, slots=True)
class Whole:
    """A record as it lies in the database, and what its reader may know of the records around it."""

    values: dict[str, Any]
    title: str
    titles: Titles
    """Of the records behind its single links, as far as the reader sees the field and may read the record."""
    children: Mapping[str, tuple[UUID, ...]]
    """The child rows by their lines field, oldest first, archived ones left out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The statement, and what lies in its rows: columns, links, child rows, the title, titles of what it links to."""

    table: EntityTable
    statement: sa.Select
    columns: tuple[str, ...]
    many: tuple[str, ...]
    lines: tuple[str, ...]
    computed: tuple[Field, ...]
    """Those that read other records: where they lie, however many there are."""
    links: tuple[tuple[str, str], ...]
    """Fields, and the entities that they lead to."""

    def read(self, row: Sequence[Any]) -> Whole:
        """What a row says."""
        cells = iter(row)
        columns, many, children = (
            dict(zip(names, cells, strict=False)) for names in (self.columns, self.many, self.lines)
        )
        values = {**self.table.load(columns), **many, **taken_in_turn(self.computed, cells)}
        title, named = next(cells), zip(self.links, cells, strict=True)
        titles = {(to, values[name]): each for (name, to), each in named if each is not None}
        return Whole(values, title or "", titles, children)


def whole(work: Work, entity: str, id: UUID) -> Whole | None:
    """The record, whoever asks: whether they may read it is the caller's matter. None when it is not there."""
    key = ("whole", entity, reader_key(work))
    asked = asked_whole(work, entity) if titles_move(work) else kept(work, key, lambda: asked_whole(work, entity))
    row = work.connection.execute(asked.statement, {"id": id}).first()
    return None if row is None else asked.read(row)


def asked_whole(work: Work, entity: str) -> Asked:
    table, fields = work.release.tables.entity(entity), work.model.entities[entity].fields.values()
    many = [each.name for each in fields if each.points == "many"]
    lines = [each for each in fields if each.points == "inside"]
    links = [(each.name, to) for each in fields if (to := nameable_target(work, entity, each))]
    rows = all_rows(work, entity)
    far = (each for each in fields if each.formula is not None and not each.kept and each.formula.reads_others)
    computed = tuple(each for each in far if each.name not in moving(work, entity))
    statement = sa.select(
        *table.table.c,
        *(_targets(table, name) for name in many),
        *(_children(work, table, each) for each in lines),
        *(clause for each in computed for clause in clauses(rows, each)),
        title_clause(work, entity, rows),
        *(title_of_one(work, to, table.column(name)) for name, to in links),
    ).where(table.column("id") == sa.bindparam("id"))
    columns = tuple(column.name for column in table.table.c)
    return Asked(table, statement, columns, tuple(many), tuple(each.name for each in lines), computed, tuple(links))


def _targets(table: EntityTable, links: str) -> sa.ColumnElement:
    pairs = table.links(links)
    found = sa.select(pairs.c.target.label("id")).where(pairs.c.source == table.column("id"))
    return gathered(found.order_by(pairs.c.target).scalar_subquery())


def _children(work: Work, parent: EntityTable, each: Field) -> sa.ColumnElement:
    # An alias, because the rows of an entity may have rows of the same entity inside them.
    table = work.release.tables.entity(each.to)
    child = table.table.alias()
    rows = TableRows(work.release.tables, each.to, child, None, values_of(work))
    readable = permission(work, rows, "read")
    of_parent = child.c[table.column_name(each.through)] == parent.column("id")
    found = sa.select(child.c.id).where(of_parent, child.c.archived_at.is_(None))
    found = found if readable is None else found.where(readable)
    return gathered(found.order_by(child.c.id).scalar_subquery())
