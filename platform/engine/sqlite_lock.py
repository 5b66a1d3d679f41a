"""SQLite's lock for writing, of which there is one for all processes, and no line in which they stand for it."""

from __future__ import annotations

import random
import sqlite3
import time

import sqlalchemy as sa

LOOKS_SECONDS = 0.002, 0.008
"""How long one waits between two looks, at random. SQLite's own patience looks but ten times in a second at last, and
hardly ever meets the moment in which somebody lets go of the lock who takes it over and over."""


def take(connection: sa.Connection, patience_seconds: float) -> None:
    """Begins a transaction that writes, as soon as nobody else is in one."""
    raw = connection.connection.dbapi_connection
    (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout=0")
    try:
        _wait(raw, time.monotonic() + patience_seconds)
    finally:
        raw.execute(f"PRAGMA busy_timeout={patience}")


def _wait(raw: sqlite3.Connection, end: float) -> None:
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_taken(error) or time.monotonic() > end:
                raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, error) from error
            time.sleep(random.uniform(*LOOKS_SECONDS))  # noqa: S311 - not to look in step with others
        else:
            return


def _is_taken(error: sqlite3.OperationalError) -> bool:
    """The kinds of being busy differ in what stands above the lowest byte."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
