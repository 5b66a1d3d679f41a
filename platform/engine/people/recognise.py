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
from customary.engine.people.keys import key
from customary.engine.people.sessions import session
from customary.engine.people.tokens import KEY_PREFIX, token_hash

_columns = {each: each.label(f"account_{each.name}") for each in (account.c.user_id, account.c.email, account.c.roles)}
_of_session = (
    sa.select(*_columns.values())
    .join(session, session.c.user_id == account.c.user_id)
    .where(session.c.id == sa.bindparam("hash"), session.c.expires > sa.bindparam("now"), account.c.active)
)
_of_key = (
    sa.select(*_columns.values())
    .join(key, key.c.user_id == account.c.user_id)
    .where(key.c.hash == sa.bindparam("hash"), key.c.revoked.is_(None), account.c.active)
)
_of_user = sa.select(*_columns.values()).where(account.c.user_id == sa.bindparam("user"), account.c.active)
_statements: WeakKeyDictionary[Any, dict[sa.Select, sa.Select]] = WeakKeyDictionary()
"""Of each release, by what an account is found with."""


def actor_of_session(connection: sa.Connection, token: str, release: Any, now: datetime | None = None) -> Actor | None:
    """Who signed in with this session, or None when it has ended or never was."""
    if not token or len(token) > 200:
        return None
    return _actor(connection, release, _of_session, {"hash": token_hash(token), "now": now or datetime.now(UTC)})


def actor_of_key(connection: sa.Connection, secret: str, release: Any) -> Actor | None:
    """In whose name a key acts, or None when it was revoked or never was; a second old at most."""
    if not secret.startswith(KEY_PREFIX) or len(secret) > 200:
        return None
    hashed = token_hash(secret)
    actor = remembered.recall(release, hashed)
    if actor is None:
        actor = _actor(connection, release, _of_key, {"hash": hashed})
        if actor is not None:
            remembered.remember(release, hashed, actor)
    return actor


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
    if row is None:
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
    )


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
