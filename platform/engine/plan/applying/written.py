"""What was written meanwhile: the change rows of everybody else, as far as a plan must follow them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.records.changes import change
from customary.engine.records.identifier import first_id, made_at
from customary.engine.records.rows import among
from customary.engine.tables import EntityTable

if TYPE_CHECKING:
    from customary.engine.records.work import Work

LONGEST_WORK = timedelta(minutes=10)
"""A unit of work that began longer ago has ended. What it wrote carries the time of its writing, not of its end."""
CLOCK = timedelta(seconds=10)
"""On SQLite they take turns, so who ends later writes later, unless the clock was set meanwhile."""

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Written:
    """One write. `entity` is the name at birth, and the values have the names of their release."""

    id: UUID
    entity: str
    record: UUID
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    release: int


class Meanwhile:
    """What is written from a moment on. Made before anything is filled, and on SQLite while nobody else writes."""

    def __init__(self, connection: sa.Connection) -> None:
        self._slack = slack(connection.dialect)
        self._since = first_id(datetime.now(UTC) - self._slack)
        self._followed = set(self._ids(connection))

    def new(self, connection: sa.Connection) -> list[Written]:
        """What has been committed and was not followed yet."""
        new = sorted(set(self._ids(connection)) - self._followed)
        batches = (new[start : start + BATCH] for start in range(0, len(new), BATCH))
        return [each for batch in batches for each in _read(connection, change.c.id.in_(batch))]

    def followed(self, written: Sequence[Written]) -> None:
        """Nobody who has not ended yet wrote much before the last of what was committed."""
        self._followed.update(each.id for each in written)
        if written:
            last = min(made_at(written[-1].id), datetime.now(UTC))
            self._since = max(self._since, first_id(last - self._slack))

    def _ids(self, connection: sa.Connection) -> Iterable[UUID]:
        return connection.execute(sa.select(change.c.id).where(change.c.id >= self._since)).scalars()


def slack(dialect: sa.Dialect) -> timedelta:
    """How much older than its end what somebody writes may look."""
    return CLOCK if dialect.name == "sqlite" else LONGEST_WORK


def under_old(connection: sa.Connection, after: UUID, base: int) -> Sequence[Written]:
    """The next of what was written under a release or one before it, oldest first."""
    return _read(connection, sa.and_(change.c.id > after, change.c.release <= base), BATCH)


def still_old(work: Work, table: EntityTable, fields: Collection[str], ids: Collection[UUID]) -> list[UUID]:
    """Those of the records in which nobody wrote one of the fields under the new release, held to the end of the
    transaction so that nobody does."""
    if not ids:
        return []
    held, newer, mine = _held(work, table, ids), _newer(work, ids), set(fields)
    return [id for id in held if not mine & newer.get(id, frozenset())]


def overwritten(work: Work, table: EntityTable, ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """The fields that somebody wrote under the new release, by record. Those that are in the table are held to the end
    of the transaction, so that nobody writes more."""
    _held(work, table, ids)
    return _newer(work, ids)


def _newer(work: Work, ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    new = sa.and_(among(work, change.c.record, "ids"), change.c.release >= work.release.number)
    told = sa.select(change.c.record, change.c.before, change.c.after).where(new)
    found: dict[UUID, frozenset[str]] = {}
    for row in work.connection.execute(told, {"ids": sorted(ids)}):
        found[row.record] = found.get(row.record, frozenset()).union(row.before or (), row.after or ())
    return found


def _held(work: Work, table: EntityTable, ids: Collection[UUID]) -> list[UUID]:
    held = sa.select(table.table.c.id).where(among(work, table.table.c.id, "ids")).order_by(table.table.c.id)
    return list(work.connection.execute(held.with_for_update(), {"ids": sorted(ids)}).scalars())


def _read(connection: sa.Connection, where: sa.ColumnElement, limit: int | None = None) -> Sequence[Written]:
    columns = (getattr(change.c, name) for name in Written.__slots__)
    rows = connection.execute(sa.select(*columns).where(where).order_by(change.c.id).limit(limit))
    return [Written(*row[:4], row.before or {}, row.after or {}, row.release) for row in rows]
