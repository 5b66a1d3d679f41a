"""The rows of an entity as the actor of a unit of work may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from customary.engine.access.shares import NOTHING, SharedWith
from customary.engine.columns import SomeIds
from customary.engine.records.work import Work
from customary.engine.tables import SYSTEM_COLUMNS, TableRows


@dataclass(frozen=True)
class Values:
    """What clauses take from outside the rows."""

    now: datetime
    zone: ZoneInfo
    currency: str
    user: Mapping[str, Any] | None = None
    bindings: Mapping[str, Any] = field(default_factory=dict)
    shared: SharedWith = NOTHING
    """The records that were shared with the reader."""


def values_of(work: Work) -> Values:
    """The outside values of a unit of work."""
    settings = work.model.settings
    user, shared = work.actor.record, work.shared
    return Values(now=work.now, zone=settings.time_zone, currency=settings.currency, user=user, shared=shared)


def all_rows(work: Work, entity: str) -> TableRows:
    """The rows of an entity, all of them: for rules of the definitions."""
    return work.release.tables.rows(entity, None, values_of(work))


def seen_rows(work: Work, entity: str) -> TableRows:
    """The rows of an entity for what a person typed: every step over a link carries the target's permission."""
    values = values_of(work)
    if work.access.is_system:
        return work.release.tables.rows(entity, None, values)
    return work.release.tables.rows(entity, lambda rows: permission(work, rows, "read"), values)


def sort_column(work: Work, entity: str, name: str) -> sa.ColumnElement:
    """What orders records by a field: its sorting column, or its formula."""
    table = work.release.tables.entity(entity)
    if name in SYSTEM_COLUMNS or table.has(name):
        return table.sort_column(name)
    return all_rows(work, entity).column(name)


def permission(work: Work, rows: TableRows, act: str) -> sa.ColumnElement | None:
    """The condition under which the actor may do `act` with one of the rows; None when with all."""
    plain = TableRows(rows.tables, rows.entity, rows.from_clause, None, rows.values)
    return work.access.clause(rows.entity, act, plain, rows.values)


def among(work: Work, column: sa.ColumnElement, name: str) -> sa.ColumnElement:
    """The condition that a column is one of the ids bound to `name`.

    PostgreSQL takes them as one array, so that its prepared statement is the same for any number of them.
    """
    if work.is_sqlite:
        return column.in_(sa.bindparam(name, expanding=True))
    return column == sa.any_(sa.cast(sa.bindparam(name, type_=SomeIds()), postgresql.ARRAY(sa.Uuid())))


def ordered(work: Work, column: sa.ColumnElement, down: bool, first: bool) -> sa.ColumnElement:
    """Empty last. SQLite's own order for descending does so; ascending is asked for where it can matter.

    Only there: SQLite does not use an index for an order that says so of a column that is never empty.
    """
    if not work.is_sqlite:
        return column.desc().nulls_last() if down else column.asc()
    if down or first or not getattr(column, "nullable", True):
        return column.desc() if down else column.asc()
    return column.asc().nulls_last()
