"""Sessions: a browser that somebody signed in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.model.people.sign_in import LONGEST, Lasts
from customary.engine.people import tickets
from customary.engine.people.accounts import note
from customary.engine.people.tokens import new_token, token_hash

session = sa.Table(
    "customary_session",
    system,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False, index=True),
    sa.Column("created", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("proof", sa.Text, nullable=False, server_default="password"),
    sa.Column("proven", Moment),
    sa.Column("agent", sa.Text),
    sa.Column("address", sa.Text),
)

PASSWORD, TWO_FACTORS, PASSKEY, SINGLE_SIGN_ON = "password", "two_factors", "passkey", "single_sign_on"
"""How somebody proved who they are. A password alone is not enough where a role demands a second factor."""
KNOWN, KNOWN_LASTS = "known browser", timedelta(days=365)
LASTS, LASTS_IN_ALL = LONGEST.unused, LONGEST.longest
STAMP_EVERY = timedelta(minutes=1)
PROVEN_FOR = timedelta(minutes=10)
"""So long after somebody proved who they are, they may let somebody in: make a key, give a role."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from, as far as it tells. `known` is what an earlier one left there, `session` the secret
    with which it is signed in already."""

    address: str = ""
    agent: str = ""
    known: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A new session. `token` is the secret for the browser's cookie; the database keeps only its hash.

    `known` is for a cookie that stays: by it the browser is told from those that only guess. `admin_kept` says that a
    provider would have taken a role from the last administrator, who keeps it.
    """

    token: str
    user_id: UUID
    expires: datetime
    known: str = ""
    admin_kept: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as its owner sees it. `id` is the hash of its secret, which opens nothing."""

    id: str
    created: datetime
    seen: datetime
    proof: str
    agent: str | None
    address: str | None


def start(
    connection: sa.Connection,
    user_id: UUID,
    now: datetime,
    proof: str = PASSWORD,
    browser: Browser | None = None,
) -> Session:
    """Opens a session for somebody whose identity is proven; drops those that have run out, and the browser's own."""
    token, browser = new_token(), browser or Browser()
    connection.execute(session.delete().where(session.c.expires < now))
    sign_out(connection, browser.session)
    # A provider may have let them pass without asking.
    proven = None if proof == SINGLE_SIGN_ON else now
    moments = {"created": now, "seen": now, "expires": now + LASTS, "proven": proven}
    told = {"agent": browser.agent[:400], "address": browser.address[:60]}
    connection.execute(session.insert().values(id=token_hash(token), user_id=user_id, proof=proof, **moments, **told))
    note(connection, "signed_in", user_id, now, address=told["address"], proof=proof)
    return Session(token, user_id, now + LASTS, _known(connection, user_id, browser, now))


def is_known(connection: sa.Connection, user_id: UUID, browser: Browser, now: datetime) -> bool:
    """Whether somebody signed in with this browser before."""
    found = tickets.look(connection, browser.known, KNOWN, now)
    return found is not None and found.user_id == user_id


IS_RUNNING = sa.and_(
    session.c.expires > sa.bindparam("now", type_=Moment),
    session.c.seen > sa.bindparam("unused", type_=Moment),
    sa.func.coalesce(session.c.proven, session.c.created)
    > sa.case(
        (session.c.proof == SINGLE_SIGN_ON, sa.bindparam("by_provider", type_=Moment)),
        else_=sa.bindparam("longest", type_=Moment),
    ),
)
"""Of sessions that open something, with the `bounds` of today: what the settings say holds for those that run, too."""


def bounds(lasts: Lasts, now: datetime) -> dict[str, datetime]:
    """Since when a session must have been used, and have begun."""
    by_provider = lasts.by_provider or lasts.longest
    longest = {"longest": now - lasts.longest, "by_provider": now - by_provider}
    return {"now": now, "unused": now - lasts.unused, **longest}


def sessions_of(connection: sa.Connection, user_id: UUID, now: datetime, lasts: Lasts = LONGEST) -> list[Listed]:
    """Where somebody is signed in, what was used last first."""
    columns = [session.c[name] for name in Listed.__dataclass_fields__]
    running = sa.select(*columns).where(session.c.user_id == user_id, IS_RUNNING).order_by(session.c.seen.desc())
    return [Listed(**row) for row in connection.execute(running, bounds(lasts, now)).mappings()]


def is_of(listed: Listed, token: str) -> bool:
    """Whether this is the session of a browser's secret."""
    return listed.id == token_hash(token)


def proof_of(connection: sa.Connection, token: str) -> str:
    """How the holder of a session proved who they are; with a password where it is gone."""
    found = connection.execute(sa.select(session.c.proof).where(session.c.id == token_hash(token))).scalar()
    return found or PASSWORD


def strengthen(connection: sa.Connection, token: str) -> str:
    """Notes that the holder of a session has proven a second factor; it has another secret from now on."""
    stronger = sa.case((session.c.proof == PASSWORD, TWO_FACTORS), else_=session.c.proof)
    return _again(connection, token, proof=stronger)


def is_fresh(connection: sa.Connection, token: str, now: datetime) -> bool:
    """Whether the holder of a session has proven who they are within the last ten minutes."""
    wanted = sa.select(session.c.id).where(session.c.id == token_hash(token), session.c.proven > now - PROVEN_FOR)
    return connection.execute(wanted).first() is not None


def freshen(connection: sa.Connection, token: str, now: datetime) -> str:
    """Notes that the holder of a session has proven once more who they are; it has another secret from now on."""
    return _again(connection, token, proven=now)


def sign_out(connection: sa.Connection, token: str) -> None:
    """Ends a session."""
    connection.execute(session.delete().where(session.c.id == token_hash(token)))


def end(connection: sa.Connection, user_id: UUID, id: str) -> bool:
    """Ends one of somebody's sessions; False where it is none of theirs."""
    return connection.execute(session.delete().where(session.c.user_id == user_id, session.c.id == id)).rowcount == 1


def end_all(connection: sa.Connection, user_id: UUID, but: str = "") -> None:
    """Ends all sessions of somebody, `but` the one with this secret."""
    others = [session.c.id != token_hash(but)] if but else []
    connection.execute(session.delete().where(session.c.user_id == user_id, *others))


def stamp(connection: sa.Connection, token: str, now: datetime) -> None:
    """Notes that a session is in use, which also keeps it alive. Call it when `actor_of_session` says so."""
    is_young = session.c.created > now + LASTS - LASTS_IN_ALL
    connection.execute(
        session.update()
        .where(session.c.id == token_hash(token), session.c.seen < now - STAMP_EVERY + timedelta(seconds=1))
        .values(seen=now, expires=sa.case((is_young, now + LASTS), else_=session.c.expires))
    )


def _again(connection: sa.Connection, token: str, **values: Any) -> str:
    """The session with a new secret: whoever had the one before has nothing of what was proven."""
    fresh = new_token()
    connection.execute(session.update().where(session.c.id == token_hash(token)).values(id=token_hash(fresh), **values))
    return fresh


def _known(connection: sa.Connection, user_id: UUID, browser: Browser, now: datetime) -> str:
    if is_known(connection, user_id, browser, now):
        return browser.known
    return tickets.issue(connection, KNOWN, now, KNOWN_LASTS, user_id)
