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


def end_ways_in(work: Any, user_id: UUID) -> None:
    """Ends the sessions, keys and links of somebody who is archived. Who is restored signs in anew."""
    end_all(work.connection, user_id)
    tickets.withdraw(work.connection, user_id)
    revoke_all(work.connection, user_id, work.now)


def remove(work: Any, user_id: UUID) -> None:
    """Takes away the account of somebody whose record is deleted, with all they came in with: the address is free."""
    remembered.forget()
    gone = of_user(work.connection, user_id)
    if gone is None:
        return
    for table in (session, ticket, key, factor, recovery_code, passkey, identity, account):
        work.connection.execute(sa.delete(table).where(table.c.user_id == user_id))
    work.audit("person_removed", work.model.playing("user").name, user_id, email=gone.email, roles=list(gone.roles))
