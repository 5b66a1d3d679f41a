"""Who is behind a session or a key: one query for the account, one for the person's record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from customary.engine.model.model import Model
from customary.engine.people.accounts import account
from customary.engine.people.actor import Actor
from customary.engine.people.keys import key
from customary.engine.people.sessions import session
from customary.engine.people.tokens import KEY_PREFIX, token_hash

_columns = (account.c.user_id, account.c.email, account.c.roles)
_of_session = (
    sa.select(*_columns)
    .join(session, session.c.user_id == account.c.user_id)
    .where(session.c.id == sa.bindparam("hash"), session.c.expires > sa.bindparam("now"), account.c.active)
)
_of_key = (
    sa.select(*_columns)
    .join(key, key.c.user_id == account.c.user_id)
    .where(key.c.hash == sa.bindparam("hash"), key.c.revoked.is_(None), account.c.active)
)
_of_user = sa.select(*_columns).where(account.c.user_id == sa.bindparam("user"), account.c.active)


def actor_of_session(connection: sa.Connection, token: str, release: Any, now: datetime | None = None) -> Actor | None:
    """Who signed in with this session, or None when it has ended or never was."""
    if not token or len(token) > 200:
        return None
    return _actor(connection, release, _of_session, {"hash": token_hash(token), "now": now or datetime.now(UTC)})


def actor_of_key(connection: sa.Connection, secret: str, release: Any) -> Actor | None:
    """In whose name a key acts, or None when it was revoked or never was."""
    if not secret.startswith(KEY_PREFIX) or len(secret) > 200:
        return None
    return _actor(connection, release, _of_key, {"hash": token_hash(secret)})


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


def _actor(
    connection: sa.Connection, release: Any, statement: sa.Select, parameters: Mapping[str, Any]
) -> Actor | None:
    found = connection.execute(statement, parameters).first()
    if found is None:
        return None
    record = person(connection, release, found.user_id)
    if record is None or record["archived_at"] is not None:
        return None
    return Actor(
        id=found.user_id,
        name=str(record.get("name") or found.email),
        email=found.email,
        roles=tuple(found.roles),
        language=_language(release.model, record),
        zone=_zone(release.model, record),
        record=record,
    )


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
