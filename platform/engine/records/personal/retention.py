"""Retention in the database: which records are due to be archived or erased, and when others will be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from customary.engine.expressions.types import DATE
from customary.engine.model.entities.retention import ACTS, ARCHIVE, ERASE, Retention
from customary.engine.model.spans import earlier, later
from customary.engine.records.personal.erased import erased, tombstone
from customary.engine.records.rows import all_rows, values_of
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.tables import TableRows


def due(work: Work, entity: str, retention: Retention, act: str) -> sa.Select:
    """The ids of the records that an act is due for, those that are longest due first."""
    rows = all_rows(work, entity)
    found = sa.select(rows.column("id")).select_from(rows.from_clause)
    return found.where(is_due(work, rows, retention, act)).order_by(rows.column(retention.since), rows.column("id"))


def is_due(work: Work, rows: TableRows, retention: Retention, act: str) -> sa.ColumnElement[bool]:
    """The condition under which a row is. Raises ExpressionError where only Python can tell."""
    limit: Any = earlier(work.now, retention.after[act], work.model.settings.time_zone)
    if _is_day(work, rows.entity, retention):
        limit = limit.date()
    there = rows.column("archived_at").is_(None)
    if act == ERASE:
        there = ~sa.exists().where(erased.c.record == rows.column("id"))
    asked = [] if retention.where is None else [retention.where.clause(rows, values_of(work))]
    return sa.and_(rows.column(retention.since) <= limit, there, *asked)


def coming(work: Work, entity: str, values: Mapping[str, Any]) -> dict[str, date]:
    """On which day a record will be archived and erased, as it is now."""
    retention = work.model.entities[entity].retention
    if retention is None or values.get(retention.since) is None or not _concerns(work, entity, retention, values):
        return {}
    done = {ARCHIVE: values.get("archived_at") is not None, ERASE: tombstone(work.connection, values["id"]) is not None}
    zone, begin = work.model.settings.time_zone, values[retention.since]
    if not isinstance(begin, datetime):
        begin = datetime.combine(begin, time(), zone)
    days = {act: later(begin, retention.after[act], zone).date() for act in ACTS if act in retention.after}
    return {act: day for act, day in days.items() if not done[act]}


def _concerns(work: Work, entity: str, retention: Retention, values: Mapping[str, Any]) -> bool:
    return retention.where is None or retention.where.holds(RecordScope(work.as_system(), entity, dict(values)))


def _is_day(work: Work, entity: str, retention: Retention) -> bool:
    return work.model.entities[entity].fields[retention.since].value_type == DATE
