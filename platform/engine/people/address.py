"""The address somebody signs in with: changed by who looks after people, or by themselves once it proves to be theirs.

The address in their record follows; it is not changed in any other way (`records/limits/sign_in_address.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.people import remembered, tickets
from customary.engine.people.accounts import AccountProblem, account, find, of_user, tidy
from customary.engine.people.invitations import INVITATION, RESET
from customary.engine.people.tickets import ticket

PURPOSE = "address"
LASTS = timedelta(hours=1)
MOST_ASKED = 3
"""At the same time: nobody sends strangers more mails than this in an hour."""
FIELD = "email"
"""Where the record of a person keeps their address."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Whose address it was, and is."""

    user_id: UUID
    before: str
    after: str


def change_address(work: Any, user_id: UUID, email: str) -> Changed:
    """Gives somebody another address to sign in with; links that went to the one before lead nowhere any more.

    Raises AccountProblem, and Refused where their record cannot have the address.
    """
    email, entity = tidy(email), work.model.playing("user")
    mine, other = of_user(work.connection, user_id), find(work.connection, email)
    if mine is None or (other is not None and other.user_id != user_id):
        raise AccountProblem(f"“{email}” has an account already")
    work.connection.execute(account.update().where(account.c.user_id == user_id).values(email=email))
    if FIELD in entity.fields:
        work.as_system().update(entity.name, user_id, {FIELD: email})
    tickets.withdraw(work.connection, user_id, INVITATION, RESET, PURPOSE)
    remembered.forget()
    work.audit("address_changed", entity.name, user_id, before=mine.email, after=email)
    return Changed(user_id, mine.email, email)


def ask(work: Any, email: str) -> str | None:
    """The secret of a link with which the actor shows that an address is theirs.

    None for one that has an account, and where they have asked for too many. Raises AccountProblem for what is none.
    """
    email, me = tidy(email), work.actor.id
    of_mine = sa.select(sa.func.count()).select_from(ticket).where(ticket.c.user_id == me)
    asked = work.connection.execute(of_mine.where(ticket.c.purpose == PURPOSE, ticket.c.expires > work.now))
    if find(work.connection, email) is not None or asked.scalar_one() >= MOST_ASKED:
        return None
    return tickets.issue(work.connection, PURPOSE, work.now, LASTS, me, {"email": email})


def asked_for(work: Any, secret: str) -> str | None:
    """The address that a link of the actor's is about; None for a link that leads nowhere."""
    found = tickets.look(work.connection, secret, PURPOSE, work.now)
    return found.data["email"] if found is not None and found.user_id == work.actor.id else None


def confirm(work: Any, secret: str) -> Changed | None:
    """Changes the actor's address to that of a link; None for one that leads nowhere. Raises as `change_address`."""
    email = asked_for(work, secret)
    return change_address(work, work.actor.id, email) if email is not None else None
