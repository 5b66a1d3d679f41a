"""One at a time: who changes the structure of a database holds it for himself, and lets go of it even by dying."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext

import sqlalchemy as sa

from customary.engine.database import Database

KEY = 0x0C57_0A17
"""Of PostgreSQL's advisory lock."""
SUFFIX = "-applying"
"""Of the empty file beside SQLite's, whose lock is the same: that of the database itself is for short writes."""


PATIENCE_SECONDS, LOOK_SECONDS = 1.0, 0.05
"""PostgreSQL needs a moment to see that somebody died."""


class UnderWay(Exception):
    """Somebody else is applying at this moment."""

    def __init__(self) -> None:
        super().__init__("Something else is being applied at this moment. Make the plan again when that is done.")


@contextmanager
def alone(database: Database) -> Iterator[sa.Connection]:
    """A connection of one's own, while nobody else has one. Raises UnderWay when somebody does.

    PostgreSQL's lock belongs to the connection, so that a statement which outlives its process still holds it.
    """
    held = _holding_file(database) if database.is_sqlite else nullcontext()
    with held, database.engine.connect() as connection:
        connection.execution_options(customary_write=True)
        with nullcontext() if database.is_sqlite else _holding(connection):
            yield connection


@contextmanager
def _holding(connection: sa.Connection) -> Iterator[None]:
    try:
        connection.exec_driver_sql("SET statement_timeout = 0")
        _wait(lambda: connection.execute(sa.select(sa.func.pg_try_advisory_lock(KEY))).scalar())
        connection.commit()
        yield
        connection.execute(sa.select(sa.func.pg_advisory_unlock(KEY)))
    finally:
        # What was set goes with it, and the lock where it could not be given back.
        connection.invalidate()


@contextmanager
def _holding_file(database: Database) -> Iterator[None]:
    file = database.url.database
    if not file or file == ":memory:":
        yield
        return
    with closing(sqlite3.connect(file + SUFFIX, timeout=0, isolation_level=None)) as lock:
        _wait(lambda: _is_taken(lock))
        yield


def _is_taken(lock: sqlite3.Connection) -> bool:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def _wait(take: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not take():
        if time.monotonic() > end:
            raise UnderWay
        time.sleep(LOOK_SECONDS)
