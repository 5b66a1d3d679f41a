"""Who is behind a session or a key: one query for the account and the person's record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from customary.engine.model.model import Model
from customary.engine.people import remembered
from customary.engine.people.accounts import account
from customary.engine.people.actor import Actor
from customary.engine.people.keys import key, limits_of
from customary.engine.people.limits import NO_LIMITS
from customary.engine.people.sessions import IS_RUNNING, PASSWORD, bounds, session
from customary.engine.people.tokens import KEY_PREFIX, token_hash

_columns = {each: each.label(f"account_{each.name}") for each in (account.c.user_id, account.c.email, account.c.roles)}
_of_session = (
    sa.select(*_columns.values(), session.c.proof.label("session_proof"))
    .join(session, session.c.user_id == account.c.user_id)
    .where(session.c.id == sa.bindparam("hash"), IS_RUNNING, account.c.active)
)
_of_key = (
    sa.select(*_columns.values(), key.c.read_only.label("key_read_only"), key.c.entities.label("key_entities"))
    .join(key, key.c.user_id == account.c.user_id)
    .where(
        key.c.hash == sa.bindparam("hash"),
        key.c.revoked.is_(None),
        sa.or_(key.c.expires.is_(None), key.c.expires > sa.bindparam("now")),
        account.c.active,
    )
)
_of_user = sa.select(*_columns.values()).where(account.c.user_id == sa.bindparam("user"), account.c.active)
_statements: WeakKeyDictionary[Any, dict[sa.Select, sa.Select]] = WeakKeyDictionary()
"""Of each release, by what an account is found with."""


def actor_of_session(connection: sa.Connection, token: str, release: Any, now: datetime | None = None) -> Actor | None:
    """Who signed in with this session, or None when it has ended, never was, or does not prove as much as is demanded
    by now."""
    if not token or len(token) > 200:
        return None
    since = bounds(release.model.settings.sign_in.sessions, now or datetime.now(UTC))
    return _actor(connection, release, _of_session, {"hash": token_hash(token), **since})


def actor_of_key(connection: sa.Connection, secret: str, release: Any, now: datetime | None = None) -> Actor | None:
    """In whose name a key acts and how far, or None when it ended or never was; a second old at most."""
    if not secret.startswith(KEY_PREFIX) or len(secret) > 200:
        return None
    hashed = token_hash(secret)
    actor = remembered.recall(release, hashed)
    if actor is None:
        actor = _actor(connection, release, _of_key, {"hash": hashed, "now": now or datetime.now(UTC)})
        if actor is not None:
            remembered.remember(release, hashed, actor)
    return actor


def recalled_by_key(secret: str, release: Any) -> Actor | None:
    """The same without a look at the database: nobody where that would be needed."""
    return remembered.recall(release, token_hash(secret))


def actor_of_user(connection: sa.Connection, user_id: UUID, release: Any) -> Actor | None:
    """Somebody with an account as an actor: for what is done in their name later."""
    return _actor(connection, release, _of_user, {"user": user_id})


def person(connection: sa.Connection, release: Any, user_id: UUID) -> Mapping[str, Any] | None:
    """A user's record as expressions see it, or None."""
    people = release.model.playing("user")
    if people is None:
        return None
    table = release.tables.entity(people.name)
    statement = sa.select(table.table).where(table.table.c.id == sa.bindparam("id"))
    row = connection.execute(statement, {"id": user_id}).mappings().first()
    return {**table.load(row), "entity": people.name} if row is not None else None


def _actor(connection: sa.Connection, release: Any, wanted: sa.Select, parameters: Mapping[str, Any]) -> Actor | None:
    people = release.model.playing("user")
    if people is None:
        return None
    kept = _statements.setdefault(release.tables, {})
    if wanted not in kept:
        kept[wanted] = _with_record(release, people.name, wanted)
    row = connection.execute(kept[wanted], parameters).mappings().first()
    if row is None or (row.get("session_proof") == PASSWORD and _demands_more(release.model, row["account_roles"])):
        return None
    record = {**release.tables.entity(people.name).load(row), "entity": people.name}
    return Actor(
        id=row["account_user_id"],
        name=str(record.get("name") or row["account_email"]),
        email=row["account_email"],
        roles=tuple(row["account_roles"]),
        language=_language(release.model, record),
        zone=_zone(release.model, record),
        record=record,
        limits=limits_of(row["key_read_only"], row["key_entities"], release.tables) if wanted is _of_key else NO_LIMITS,
    )


def _demands_more(model: Model, roles: list[str]) -> bool:
    return not model.settings.sign_in.second_factor.isdisjoint(roles)


def _with_record(release: Any, people: str, wanted: sa.Select) -> sa.Select:
    """The account together with its person's record; an archived person is nobody."""
    table = release.tables.entity(people).table
    found = wanted.add_columns(*table.c).join(table, table.c.id == account.c.user_id)
    return found.where(table.c.archived_at.is_(None))


def _language(model: Model, record: Mapping[str, Any]) -> str:
    chosen, offered = record.get("language"), model.settings.languages
    return chosen if chosen in offered else offered[0]


def _zone(model: Model, record: Mapping[str, Any]) -> ZoneInfo:
    """The person's own time zone, which only displays; a name that is none counts as not given."""
    chosen = record.get("time_zone")
    if not isinstance(chosen, str) or not chosen:
        return model.settings.time_zone
    try:
        return ZoneInfo(chosen)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return model.settings.time_zone
