"""Leaving: what somebody came in with ends, for a while or for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.people import remembered, tickets
from customary.engine.people.accounts import account, of_user
from customary.engine.people.keys import key, revoke_all
from customary.engine.people.passkeys import passkey
from customary.engine.people.second_factor import factor, recovery_code
from customary.engine.people.sessions import end_all, session
from customary.engine.people.single_sign_on import identity
from customary.engine.people.standing import set_active
from customary.engine.people.tickets import ticket


def deactivate(work: Any, user_id: UUID) -> None:
    """Keeps somebody out for good: sessions, keys and links end, and none of them comes back with the account.

    Raises LastAdmin.
    """
    set_active(work, user_id, False)
    revoke_all(work.connection, user_id, work.now)


def archived(work: Any, user_id: UUID) -> None:
    """Ends the sessions, keys and links of somebody whose record is archived."""
    end_all(work.connection, user_id)
    tickets.withdraw(work.connection, user_id)
    revoke_all(work.connection, user_id, work.now)
    _tell(work, user_id, "person_locked_out")


def restored(work: Any, user_id: UUID) -> None:
    """Tells that somebody whose record is restored may sign in anew, unless they were kept out before."""
    _tell(work, user_id, "person_let_in")


def remove(work: Any, user_id: UUID) -> None:
    """Takes away the account of somebody whose record is deleted, with all they came in with: the address is free."""
    remembered.forget()
    gone = of_user(work.connection, user_id)
    if gone is None:
        return
    for table in (session, ticket, key, factor, recovery_code, passkey, identity, account):
        work.connection.execute(sa.delete(table).where(table.c.user_id == user_id))
    work.audit("person_removed", work.model.playing("user").name, user_id, email=gone.email, roles=list(gone.roles))


def _tell(work: Any, user_id: UUID, kind: str) -> None:
    """A line in the audit log of somebody who has an account that is not kept out."""
    mine = of_user(work.connection, user_id)
    if mine is not None and mine.active:
        work.audit(kind, work.model.playing("user").name, user_id)
