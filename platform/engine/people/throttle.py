"""A brake on guessing, per what is guessed and where it comes from, kept in the database for all processes.

An attempt is counted before it is looked at, and taken back when it was right: however many are made at once, in
whatever processes, no more of them than are free come to be looked at. One that is refused is not counted, so that
nobody is kept out for longer by who goes on.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.people.sessions import Browser

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
FREE_FORMS = 20
FREE_MAILS = 3
WINDOW = timedelta(minutes=15)

Limits = Mapping[str, int]
"""How many attempts are free, by what they are counted under."""


class TooMany(Exception):
    """Too many failed attempts; another may be made after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"too many failed attempts: wait {retry_after_seconds} seconds")


def of_stranger(email: str, address: str) -> Limits:
    """The brakes on a browser that never signed in with this account."""
    return {_key(email, address): FREE_FAILURES, _key(email, "*"): FREE_FAILURES_OF_ONE_ACCOUNT}


def of_known(email: str, browser: str) -> Limits:
    """The brake on a browser that did: what others guess does not keep it out."""
    return {_key(email, f"browser {browser}"): FREE_FAILURES}


def of_form(form: str, address: str) -> Limits:
    """The brake on one who sends a form of strangers."""
    return {_key(f"form {form}", address): FREE_FORMS}


def of_form_mail(form: str, email: str) -> Limits:
    """The brake on mails that a form sends to an address that anybody may have typed."""
    return {_key(f"mail of form {form}", email): FREE_MAILS}


def begin(connection: sa.Connection, limits: Limits, now: datetime) -> None:
    """Counts an attempt. Raises TooMany while a brake is on: the transaction must then be rolled back."""
    connection.execute(attempt.delete().where(attempt.c.last < now - WINDOW))
    query = sa.select(attempt.c.key, attempt.c.last).where(attempt.c.key.in_(limits))
    last = dict(tuple(row) for row in connection.execute(query))
    for key in sorted(limits):
        if _count(connection, key, now) > limits[key]:
            raise TooMany(max(1, math.ceil((last.get(key, now) + WINDOW - now).total_seconds())))


def forget(connection: sa.Connection, limits: Limits) -> None:
    """Takes the brakes off after a success."""
    connection.execute(attempt.delete().where(attempt.c.key.in_(limits)))


def take_off(connection: sa.Connection, email: str, browser: Browser) -> None:
    """Takes them off for a browser whose holder has just proven, in another way, that the account is theirs."""
    forget(connection, {**of_stranger(email, browser.address), **of_known(email, browser.known)})


def _count(connection: sa.Connection, key: str, now: datetime) -> int:
    """How many there are with this one. The row is held from here on, so that no two read the same number."""
    from sqlalchemy.dialects import postgresql, sqlite

    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(attempt)
    more = {"failures": attempt.c.failures + 1, "last": now}
    statement = insert.values(key=key, failures=1, last=now)
    statement = statement.on_conflict_do_update(index_elements=[attempt.c.key], set_=more)
    return connection.execute(statement.returning(attempt.c.failures)).scalar_one()


def _key(what: str, whence: str) -> str:
    return hashlib.sha256(f"{what}\n{whence}".encode("utf-8", "surrogatepass")).hexdigest()
