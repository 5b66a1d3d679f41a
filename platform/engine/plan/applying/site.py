"""The site: where a plan is done, one short transaction after the other on one connection."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.releases import Release
from customary.engine.tables import EntityTable

if TYPE_CHECKING:
    from customary.engine.records.work import Work

Result = TypeVar("Result")

LOCK_SECONDS = 0.5
"""Who waits for a lock on a table keeps all who come after waiting, so nothing here waits for long."""
TRIES = 200
"""All in all for some minutes."""
PAUSE_SECONDS = 0.5
FIRST_BATCH, LARGEST_BATCH = 5, 5_000
BATCH_SECONDS, SQLITE_BATCH_SECONDS = 0.15, 0.06
"""How long a batch should take: so long may others wait for the records in it, and on SQLite for any record."""
HELD_SECONDS, MOST_HELD_SECONDS = 0.03, 0.2
REST, LEAST_REST = 0.5, 0.0625
"""On SQLite, whoever held the lock for so long lets others in for such a part of that time; at last, when others write
as fast as they can be followed, for the longest and the least of these."""

_LOCKED_OUT = frozenset({"55P03", "40P01", "40001"})
"""lock_not_available, deadlock_detected, serialization_failure"""
_GONE, GONE_TRIES = "23503", 5
"""foreign_key_violation: what a record linked to was deleted a moment ago, or it is not only a moment."""


class InTheWay(Exception):
    """Somebody worked on what was to be changed, and did not end."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody has been working on a table for so long that it could not be changed, so nothing was."
            " Try again when that has ended."
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table has been gone through."""

    entity: str
    done: int
    total: int


class Fitting:
    """How many rows are done in the time that others may be kept waiting. It begins small: a row may cost anything."""

    def __init__(self, seconds: float) -> None:
        self.rows = FIRST_BATCH
        self._seconds = seconds

    def took(self, seconds: float) -> None:
        """Fits the next batch, when this one took so long."""
        self.rows = max(1, min(LARGEST_BATCH, int(self.rows * min(4.0, self._seconds / max(seconds, 0.001)))))


class Site:
    """One connection, and the release that is being built. In an empty database everything is one transaction.

    What is done here takes its time and is done to the end, so a statement may take as long as it does.
    """

    def __init__(
        self,
        connection: sa.Connection,
        release: Release | None = None,
        told: Callable[[Progress], None] | None = None,
        at_once: bool = False,
    ) -> None:
        self.release = release
        self.dialect = connection.dialect
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.at_once = at_once
        self._connection = connection
        self._told = told
        self._held, self._held_at_most, self._rest_of_held = 0.0, HELD_SECONDS, REST
        self.seconds = 0.0
        """What all that was done here has taken, without rests."""

    def work(self) -> Work:
        """A unit of work with all rights, under the release that is being built."""
        from customary.engine.people.actor import SYSTEM
        from customary.engine.records.work import Work

        return Work(self._connection, self.release, SYSTEM, datetime.now(UTC))

    def shortly(self, do: Callable[[sa.Connection], Result]) -> Result:
        """Does it in a transaction of its own; again when it came into the way of somebody else."""
        if self.at_once:
            return do(self._connection)
        for tried in range(1, TRIES + 1):
            began = time.monotonic()
            try:
                with self._transaction():
                    result = do(self._connection)
            except sa.exc.DBAPIError as error:
                if not is_locked_out(error) and not (_is_gone(error) and tried < GONE_TRIES):
                    raise
                if tried == TRIES:
                    raise InTheWay from error
                time.sleep(random.uniform(0.1, 1) * PAUSE_SECONDS)  # noqa: S311 - not to meet again
            else:
                self._rest(time.monotonic() - began)
                return result
        raise AssertionError("unreachable")

    def look(self, read: Callable[[sa.Connection], Result]) -> Result:
        """Reads what stands, in a transaction of its own that keeps no writer of SQLite waiting."""
        if self.at_once or not self.is_sqlite:
            return self.shortly(read)
        began = time.monotonic()
        self._connection.execution_options(customary_write=False)
        try:
            with self._connection.begin():
                return read(self._connection)
        finally:
            self._connection.execution_options(customary_write=True)
            self.seconds += time.monotonic() - began

    def hurry(self) -> None:
        """Lets SQLite's writers in half as often and for half the time from now on: who follows them gets nearer."""
        self._held_at_most = min(MOST_HELD_SECONDS, self._held_at_most * 2)
        self._rest_of_held = max(LEAST_REST, self._rest_of_held / 2)

    def run(self, statement: str) -> None:
        """Runs a statement of structure in a transaction of its own."""
        self.shortly(lambda connection: connection.exec_driver_sql(statement))

    @contextmanager
    def apart(self, lock_seconds: float) -> Iterator[sa.Connection]:
        """The connection outside of any transaction, for what PostgreSQL does in several of its own."""
        self._connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            self._connection.exec_driver_sql(f"SET lock_timeout = {int(lock_seconds * 1000)}")
            yield self._connection
            self._connection.exec_driver_sql("SET lock_timeout = 0")
        finally:
            self._connection.rollback()
            self._connection.execution_options(isolation_level="READ COMMITTED")

    @contextmanager
    def without_keys(self) -> Iterator[None]:
        """SQLite looks at no foreign key meanwhile: it cannot drop a table that points at one dropped before it."""
        if not self.is_sqlite:
            yield
            return
        keys = self._connection.connection.dbapi_connection.execute
        keys("PRAGMA foreign_keys=OFF")
        try:
            yield
        finally:
            keys("PRAGMA foreign_keys=ON")

    def go_through(
        self, table: EntityTable, do: Callable[[Work, Sequence[UUID]], None], oldest_first: bool = False
    ) -> None:
        """Does it for all records of a table, archived ones too, a batch at a time."""
        key = (table.table.c.created_at, table.table.c.id) if oldest_first else (table.table.c.id,)
        total = self.look(lambda connection: _count(connection, table)) if self._told else 0
        size, after, done = self._fitting(), None, 0
        while batch := self._timed(size, lambda after=after: _do_next(self.work(), key, after, size.rows, do)):
            after, done = batch[-1], done + len(batch)
            if self._told:
                self._told(Progress(table.entity.name, done, max(done, total)))

    def go_along(self, ids: Sequence[UUID], do: Callable[[Work, Sequence[UUID]], Result]) -> Iterator[Result]:
        """Does it for some records, a batch at a time."""
        size, done = self._fitting(), 0
        while batch := ids[done : done + size.rows]:
            yield self._timed(size, lambda batch=batch: do(self.work(), batch))
            done += len(batch)

    def _fitting(self) -> Fitting:
        return Fitting(SQLITE_BATCH_SECONDS if self.is_sqlite else BATCH_SECONDS)

    def _timed(self, size: Fitting, do: Callable[[], Result]) -> Result:
        began = time.monotonic()
        result = self.shortly(lambda _: do())
        size.took(time.monotonic() - began)
        return result

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection.begin():
            if not self.is_sqlite:
                self._connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(LOCK_SECONDS * 1000)}")
            yield

    def _rest(self, seconds: float) -> None:
        self.seconds += seconds
        self._held += seconds
        if self.is_sqlite and self._held > self._held_at_most:
            time.sleep(self._held * self._rest_of_held)
            self._held = 0.0


def is_locked_out(error: sa.exc.DBAPIError) -> bool:
    """Whether the same may well be possible in a moment."""
    return getattr(error.orig, "sqlstate", None) in _LOCKED_OUT


def _is_gone(error: sa.exc.DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _GONE


def _do_next(
    work: Work, key: Sequence[sa.Column], after: Any, size: int, do: Callable[[Work, Sequence[UUID]], None]
) -> Sequence[tuple]:
    statement = sa.select(*key).order_by(*key).limit(size)
    if after is not None:
        statement = statement.where(_beyond(key, after))
    batch = [tuple(row) for row in work.connection.execute(statement)]
    if batch:
        do(work, [row[-1] for row in batch])
    return batch


def _beyond(key: Sequence[sa.Column], after: tuple) -> sa.ColumnElement:
    (first, *rest), (value, *values) = key, after
    if not rest:
        return first > value
    return sa.or_(first > value, sa.and_(first == value, _beyond(rest, tuple(values))))


def _count(connection: sa.Connection, table: EntityTable) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table.table)).scalar_one()
