"""Sessions: a browser that somebody signed in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import Database, system
from customary.engine.people import passwords, throttle
from customary.engine.people.accounts import AccountProblem, account, tidy
from customary.engine.people.tokens import new_token, token_hash

session = sa.Table(
    "customary_session",
    system,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False, index=True),
    sa.Column("created", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
)

LASTS = timedelta(days=30)
"""Counted from the last request."""
STAMP_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A new session. `token` is the secret for the browser's cookie; the database keeps only its hash."""

    token: str
    user_id: UUID
    expires: datetime


def sign_in(database: Database, email: str, password: str, now: datetime, address: str = "") -> Session | None:
    """Opens a session, or None when e-mail and password do not fit (nothing says which).

    It takes the database itself: the slow check of the password runs between its transactions. Raises
    `throttle.TooMany` after too many failures for this e-mail and network address.
    """
    try:
        email = tidy(email)
    except AccountProblem:
        passwords.fits(password, None)
        return None
    with database.read() as connection:
        throttle.check(connection, email, address, now)
        query = sa.select(account.c.user_id, account.c.password_hash).where(account.c.email == email, account.c.active)
        row = connection.execute(query).first()
    fits = passwords.fits(password, row.password_hash if row else None)
    with database.write() as connection:
        if not fits:
            throttle.failed(connection, email, address, now)
            return None
        throttle.forget(connection, email, address)
        return start(connection, row.user_id, now)


def start(connection: sa.Connection, user_id: UUID, now: datetime) -> Session:
    """Opens a session for somebody whose identity is proven; drops those that have run out."""
    token = new_token()
    connection.execute(session.delete().where(session.c.expires < now))
    connection.execute(
        session.insert().values(id=token_hash(token), user_id=user_id, created=now, seen=now, expires=now + LASTS)
    )
    return Session(token, user_id, now + LASTS)


def sign_out(connection: sa.Connection, token: str) -> None:
    """Ends a session."""
    connection.execute(session.delete().where(session.c.id == token_hash(token)))


def end_all(connection: sa.Connection, user_id: UUID) -> None:
    """Ends all sessions of somebody."""
    connection.execute(session.delete().where(session.c.user_id == user_id))


def stamp(connection: sa.Connection, token: str, now: datetime) -> None:
    """Notes that a session is in use, which also keeps it alive. Call it when `actor_of_session` says so."""
    connection.execute(
        session.update()
        .where(session.c.id == token_hash(token), session.c.seen < now - STAMP_EVERY + timedelta(seconds=1))
        .values(seen=now, expires=now + LASTS)
    )
