"""Limits: which of the records there are a new `no_overlap` or `at_most` would not take."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.columns import Scaled
from customary.engine.expressions import Expression, ExpressionError
from customary.engine.model.entities.limit import AtMost, Limit, NoOverlap
from customary.engine.plan.impact.counting import Counting
from customary.engine.plan.line import Impact, Line
from customary.engine.records.limits.meeting import looked_at
from customary.engine.records.rows import values_of
from customary.engine.tables import TableRows
from customary.engine.words import Reason

TOLD = Reason("records beyond it (they stay as they are until they are edited)")


def beyond_limit(line: Line, counting: Counting) -> Iterator[Impact]:
    """Living records that are at the same time as another, or more than there may be."""
    name, _, rule = line.path.partition(".")
    entity = counting.comparison.model.entities.get(name)
    known = (each for each in entity.limits if (each.kind, each.name) == (line.kind, rule)) if entity else ()
    limit = next(iter(known), None)
    if limit is not None and counting.was(name) is not None and line.key != "message":
        yield from counting.records("refused", TOLD, name, _where(counting, name, limit))


def _where(counting: Counting, entity: str, limit: Limit) -> sa.ColumnElement | None:
    try:
        rows, counts = looked_at(counting.after_work, limit, entity)
        told = (_meeting if isinstance(limit, NoOverlap) else _too_many)(counting, limit, rows)
    except ExpressionError:
        return None
    met = (rows.column(name).is_not(None) for name in limit.per)
    found = sa.select(rows.column("id").label("id"), *told).where(counts, *met).subquery()
    return rows.column("id").in_(sa.select(found.c.id).where(_is_beyond(limit, found)))


def _is_beyond(limit: Limit, found: sa.Subquery) -> sa.ColumnElement:
    return found.c.number > found.c.most if isinstance(limit, AtMost) else sa.or_(found.c.late, found.c.early)


def _too_many(counting: Counting, limit: AtMost, rows: TableRows) -> list[sa.ColumnElement]:
    """How many meet at a record, and how many may."""
    number = sa.func.count().over(partition_by=[rows.column(name) for name in limit.per] or None)
    if not isinstance(limit.count, Expression):
        return [number.label("number"), sa.literal(limit.count).label("most")]
    most = limit.count.clause(rows, values_of(counting.after_work))
    unit = 10**most.type.scale if isinstance(most.type, Scaled) else 1
    return [(number * unit).label("number"), sa.type_coerce(most, sa.BigInteger).label("most")]


def _meeting(counting: Counting, limit: NoOverlap, rows: TableRows) -> list[sa.ColumnElement]:
    """Whether one that began before a record is not over when it begins, and whether one begins before it is over.

    Each row is looked at once: among those that meet, in the order in which they begin.
    """
    start, end = rows.column(limit.start), rows.column(limit.end)
    over = {"partition_by": [rows.column(name) for name in limit.per] or None, "order_by": [start, rows.column("id")]}
    last = sa.func.max(end).over(**over, rows=(None, -1))
    endless = sa.func.max(sa.case((end.is_(None), 1), else_=0)).over(**over, rows=(None, -1)) == 1
    following = sa.func.min(start).over(**over, rows=(1, None))
    crossed = (last >= start, following <= end) if limit.whole_days else (last > start, following < end)
    has_time, late = start.is_not(None), sa.or_(endless, crossed[0])
    early = sa.or_(crossed[1], sa.and_(end.is_(None), following.is_not(None)))
    return [sa.and_(has_time, late).label("late"), sa.and_(has_time, early).label("early")]
