"""Tickets: what leads somebody from one step of coming in to the next, once and for a short while.

A ticket is a random secret that only its holder has; the database keeps its hash. Being redeemed takes it away, so of
two who hold the same only one gets on, whatever process each comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.people.tokens import new_token, token_hash

ticket = sa.Table(
    "customary_ticket",
    system,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("user_id", sa.Uuid, index=True),
    sa.Column("data", Json),
    sa.Column("expires", Moment, nullable=False, index=True),
)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket is for: whose step, and what has to be known of it."""

    user_id: UUID | None
    data: Mapping[str, Any]


def issue(
    connection: sa.Connection,
    purpose: str,
    now: datetime,
    lasts: timedelta,
    user_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Makes a ticket and gives its secret; those that have run out are dropped."""
    secret = new_token()
    connection.execute(ticket.delete().where(ticket.c.expires < now))
    row = {"hash": token_hash(secret), "purpose": purpose, "user_id": user_id, "expires": now + lasts}
    connection.execute(ticket.insert().values(**row, data=dict(data or {})))
    return secret


def look(connection: sa.Connection, secret: str, purpose: str, now: datetime) -> Ticket | None:
    """The ticket, which stays good; None for one that ran out, was redeemed, is for something else or never was."""
    if not secret or len(secret) > LONGEST:
        return None
    row = connection.execute(sa.select(ticket).where(*_is(secret, purpose, now))).mappings().first()
    return Ticket(row["user_id"], row["data"] or {}) if row is not None else None


def redeem(connection: sa.Connection, secret: str, purpose: str, now: datetime) -> Ticket | None:
    """The ticket, which is gone with that."""
    found = look(connection, secret, purpose, now)
    if found is None or not connection.execute(ticket.delete().where(*_is(secret, purpose, now))).rowcount:
        return None
    return found


def withdraw(connection: sa.Connection, user_id: UUID, *purposes: str) -> None:
    """Takes away what somebody holds for these purposes; of all purposes when none is named."""
    named = [ticket.c.purpose.in_(purposes)] if purposes else []
    connection.execute(ticket.delete().where(ticket.c.user_id == user_id, *named))


def _is(secret: str, purpose: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return ticket.c.hash == token_hash(secret), ticket.c.purpose == purpose, ticket.c.expires > now
