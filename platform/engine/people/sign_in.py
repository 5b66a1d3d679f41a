"""Signing in with a password, and with what else the person has or their roles demand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine import audit
from customary.engine.database import Database
from customary.engine.people import accounts, passwords, second_factor, throttle, tickets
from customary.engine.people.accounts import AccountProblem, account, let_in, of_user, tidy
from customary.engine.people.passkeys import passkeys_of
from customary.engine.people.sessions import PASSWORD, TWO_FACTORS, Browser, Session, is_known, start

CODE, ENROL = "code", "enrol"
"""What is asked of somebody whose password was right: a code, or to set a second factor up."""
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Halfway:
    """The password was right and is not enough: `needs` says what is asked for, `ticket` goes on with it."""

    needs: str
    ticket: str


def sign_in(
    database: Database,
    release: Any,
    email: str,
    password: str,
    now: datetime,
    browser: Browser | None = None,
) -> Session | Halfway | None:
    """Opens a session, or None when e-mail and password do not fit (nothing says which).

    It takes the database itself: the slow check of the password runs between its transactions. Raises
    `throttle.TooMany` after too many failures for this e-mail and network address.
    """
    row = prove(database, release, email, password, now, browser)
    if row is None:
        return None
    with database.write() as connection:
        needs = _needs(connection, row, release.model.settings.sign_in.second_factor)
        if needs:
            return Halfway(needs, tickets.issue(connection, needs, now, PATIENCE, row.user_id))
        return start(connection, row.user_id, now, PASSWORD, browser)


def prove(
    database: Database, release: Any, email: str, password: str, now: datetime, browser: Browser | None = None
) -> Any:
    """The account that e-mail and password open, with its `user_id`, or None. Raises throttle.TooMany."""
    try:
        email = tidy(email)
    except AccountProblem:
        passwords.fits(password, None)
        return None
    with database.write() as connection:
        row = connection.execute(sa.select(account).where(account.c.email == email, let_in(release))).first()
        limits = _limits(connection, email, row.user_id if row else None, browser or Browser(), now)
        throttle.begin(connection, limits, now)
    if not passwords.fits(password, row.password_hash if row else None):
        with database.write() as connection:
            audit.note(connection, "sign_in_failed", now, who=email, address=browser.address if browser else "")
        return None
    anew = passwords.hashed(password) if passwords.is_outdated(row.password_hash) else None
    with database.write() as connection:
        throttle.forget(connection, limits)
        if anew is not None:
            accounts.rehash(connection, row.user_id, row.password_hash, anew)
    return row


@dataclass(frozen=True, slots=True)
class Ways:
    """What somebody halfway in can prove: by a code, by a passkey."""

    code: bool
    passkey: bool


def ways(connection: sa.Connection, ticket: str, now: datetime) -> Ways:
    """What the holder of a ticket has; as if it were both for a ticket that is none."""
    found = tickets.look(connection, ticket, CODE, now)
    if found is None:
        return Ways(code=True, passkey=True)
    has_code = second_factor.since(connection, found.user_id) is not None
    return Ways(code=has_code, passkey=bool(passkeys_of(connection, found.user_id)))


def give_code(
    connection: sa.Connection, ticket: str, code: str, now: datetime, browser: Browser | None = None
) -> Session | None:
    """The session of somebody halfway in, when the code is theirs. Raises throttle.TooMany, sealing.NoKey."""
    found = tickets.look(connection, ticket, CODE, now)
    if found is None or not may_try(connection, found.user_id, code, now):
        return None
    if tickets.redeem(connection, ticket, CODE, now) is None:
        return None
    return start(connection, found.user_id, now, TWO_FACTORS, browser)


def may_try(connection: sa.Connection, user_id: UUID, code: str, now: datetime) -> bool:
    """Whether a code fits; guesses are counted wherever they come from, for only who knows the password guesses.

    Raises throttle.TooMany.
    """
    limits = throttle.of_known("second factor", str(user_id))
    throttle.begin(connection, limits, now)
    if not second_factor.fits(connection, user_id, code, now):
        return False
    throttle.forget(connection, limits)
    return True


def _limits(
    connection: sa.Connection, email: str, user_id: UUID | None, browser: Browser, now: datetime
) -> throttle.Limits:
    if user_id is not None and is_known(connection, user_id, browser, now):
        return throttle.of_known(email, browser.known)
    return throttle.of_stranger(email, browser.address)


def _needs(connection: sa.Connection, row: Any, demanding: Collection[str]) -> str:
    """What is asked for besides the password: what the person turned on, or what their roles demand."""
    if second_factor.since(connection, row.user_id):
        return CODE
    if not set(row.roles) & set(demanding):
        return ""
    return CODE if passkeys_of(connection, row.user_id) else ENROL


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Somebody who has to set up a second factor before they are in."""

    user_id: UUID
    email: str


def who_enrols(connection: sa.Connection, ticket: str, now: datetime) -> Enrolment | None:
    """Whose second factor a ticket lets set up."""
    found = tickets.look(connection, ticket, ENROL, now)
    mine = of_user(connection, found.user_id) if found is not None else None
    return Enrolment(mine.user_id, mine.email) if mine is not None and mine.active else None


def enrol(
    connection: sa.Connection, ticket: str, kept: str, code: str, now: datetime, browser: Browser | None = None
) -> tuple[Session, list[str]] | None:
    """Turns a demanded second factor on and opens the session; gives the recovery codes too.

    None when the code does not fit. Raises sealing.NoKey, sealing.Unopened.
    """
    who = who_enrols(connection, ticket, now)
    if who is None or second_factor.since(connection, who.user_id):
        return None
    codes = second_factor.set_up(connection, who.user_id, kept, code, now)
    if codes is None:
        return None
    tickets.redeem(connection, ticket, ENROL, now)
    return start(connection, who.user_id, now, TWO_FACTORS, browser), codes
