"""A brake on guessing passwords, per e-mail and network address, kept in the database for all processes."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system

attempt = sa.Table(
    "customary_sign_in_attempt",
    system,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last", Moment, nullable=False),
)

FREE_FAILURES = 5
FREE_FAILURES_OF_ONE_ACCOUNT = 50
"""From everywhere together: more than anybody mistypes, too few to guess."""
WINDOW = timedelta(minutes=15)


class TooMany(Exception):
    """Too many failed attempts; another may be made after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"too many failed attempts: wait {retry_after_seconds} seconds")


def check(connection: sa.Connection, email: str, address: str, now: datetime) -> None:
    """Raises TooMany while the brake is on."""
    limits = _limits(email, address)
    rows = connection.execute(sa.select(attempt).where(attempt.c.key.in_(limits))).all()
    for row in rows:
        rest = row.last + WINDOW - now
        if row.failures >= limits[row.key] and rest > timedelta(0):
            raise TooMany(math.ceil(rest.total_seconds()))


def failed(connection: sa.Connection, email: str, address: str, now: datetime) -> None:
    """Notes a failed attempt."""
    connection.execute(attempt.delete().where(attempt.c.last < now - WINDOW))
    for key in sorted(_limits(email, address)):
        more = attempt.update().where(attempt.c.key == key).values(failures=attempt.c.failures + 1, last=now)
        if not connection.execute(more).rowcount:
            _insert(connection, key, now)


def forget(connection: sa.Connection, email: str, address: str) -> None:
    """Takes the brake off after a success."""
    connection.execute(attempt.delete().where(attempt.c.key.in_(_limits(email, address))))


def _insert(connection: sa.Connection, key: str, now: datetime) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(attempt)
    more = {"failures": attempt.c.failures + 1, "last": now}
    statement = insert.values(key=key, failures=1, last=now)
    connection.execute(statement.on_conflict_do_update(index_elements=[attempt.c.key], set_=more))


def _limits(email: str, address: str) -> dict[str, int]:
    return {_key(email, address): FREE_FAILURES, _key(email, "*"): FREE_FAILURES_OF_ONE_ACCOUNT}


def _key(email: str, address: str) -> str:
    return hashlib.sha256(f"{email}\n{address}".encode("utf-8", "surrogatepass")).hexdigest()
