"""The way in for who has no password, or forgot it: a link that is good once and for a short while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.people import throttle, tickets
from customary.engine.people.accounts import Account, account, find, let_in, of_user, set_password
from customary.engine.people.sessions import Browser
from customary.engine.people.tickets import ticket

INVITATION, RESET = "invitation", "reset"
LAST = {INVITATION: timedelta(days=3), RESET: timedelta(hours=1)}
MOST_RESETS = 3
"""At the same time: who asks on and on sends somebody no more mails than this in an hour."""


def invite(connection: sa.Connection, user_id: UUID, now: datetime) -> str:
    """The secret of a link that lets somebody choose a password; links from before lead nowhere any more."""
    tickets.withdraw(connection, user_id, INVITATION)
    return tickets.issue(connection, INVITATION, now, LAST[INVITATION], user_id)


def reset(connection: sa.Connection, release: Any, email: str, now: datetime) -> tuple[Account, str] | None:
    """The account of an address and the secret of a link for it; None where nobody is let in with a password to forget.

    Raises AccountProblem for what is no address.
    """
    found = find(connection, email)
    if found is None or not _has_password(connection, release, found.user_id):
        return None
    mine = sa.select(sa.func.count()).select_from(ticket).where(ticket.c.user_id == found.user_id)
    if connection.execute(mine.where(ticket.c.purpose == RESET, ticket.c.expires > now)).scalar_one() >= MOST_RESETS:
        return None
    return found, tickets.issue(connection, RESET, now, LAST[RESET], found.user_id)


def whose(connection: sa.Connection, secret: str, now: datetime) -> Account | None:
    """Whose password a link lets choose."""
    found = _either(connection, secret, now, tickets.look)
    mine = of_user(connection, found.user_id) if found is not None else None
    return mine if mine is not None and mine.active else None


def choose_password(
    connection: sa.Connection, secret: str, password: str, now: datetime, browser: Browser | None = None
) -> Account | None:
    """Gives the holder of a link their password, ends their sessions, and takes all such links away.

    Whoever guessed at the old one before they asked for the link need not wait. Hand over a hash
    (`people.hashed(password)`). None for a link that leads nowhere.
    """
    mine = whose(connection, secret, now)
    if mine is None or _either(connection, secret, now, tickets.redeem) is None:
        return None
    set_password(connection, mine.user_id, password, now)
    tickets.withdraw(connection, mine.user_id)
    throttle.take_off(connection, mine.email, browser or Browser())
    return mine


def _either(connection: sa.Connection, secret: str, now: datetime, how: object) -> tickets.Ticket | None:
    return how(connection, secret, INVITATION, now) or how(connection, secret, RESET, now)


def _has_password(connection: sa.Connection, release: Any, user_id: UUID) -> bool:
    kept = sa.select(account.c.password_hash).where(account.c.user_id == user_id, let_in(release))
    return connection.execute(kept).scalar() is not None
