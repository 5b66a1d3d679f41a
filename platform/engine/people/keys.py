"""Keys: how a program acts in somebody's name, for as long and as far as was said when the key was made."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.people import remembered
from customary.engine.people.accounts import note
from customary.engine.people.limits import NO_LIMITS, Limits
from customary.engine.people.tokens import KEY_PREFIX, new_token, token_hash

key = sa.Table(
    "customary_key",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("user_id", sa.Uuid, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("created", Moment, nullable=False),
    sa.Column("last_used", Moment),
    sa.Column("revoked", Moment),
    sa.Column("expires", Moment),
    sa.Column("read_only", sa.Boolean, nullable=False, server_default=sa.false()),
    # Names at birth, so that a renaming neither widens nor narrows a key; nothing for all entities.
    sa.Column("entities", Json),
)

STAMP_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as its owner sees it later: never the secret itself. `entities` are names at birth."""

    id: UUID
    user_id: UUID
    name: str
    created: datetime
    last_used: datetime | None
    revoked: datetime | None
    expires: datetime | None
    read_only: bool
    entities: list[str] | None

    def in_force(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked is None and (self.expires is None or self.expires > now)


def add_key(
    connection: sa.Connection,
    user_id: UUID,
    name: str,
    now: datetime,
    *,
    read_only: bool = False,
    entities: Iterable[str] | None = None,
    expires: datetime | None = None,
) -> str:
    """Makes a key and gives its secret, which is kept nowhere. `entities` are names at birth, None for all."""
    secret = new_token(KEY_PREFIX)
    row = {"id": uuid.uuid4(), "user_id": user_id, "name": name, "hash": token_hash(secret), "created": now}
    limits = {"read_only": read_only, "entities": sa.null() if entities is None else list(entities)}
    connection.execute(key.insert().values(**row, **limits, expires=expires))
    told = {"name": name, "read_only": read_only, "expires": f"{expires:%Y-%m-%d}" if expires else "never"}
    note(connection, "key_added", user_id, now, key_id=str(row["id"]), **told)
    return secret


def keys_of(connection: sa.Connection, user_id: UUID) -> list[Key]:
    """All keys of somebody, the newest first."""
    columns = [column for column in key.c if column is not key.c.hash]
    rows = connection.execute(sa.select(*columns).where(key.c.user_id == user_id).order_by(key.c.created.desc()))
    return [Key(**row) for row in rows.mappings()]


def revoke(connection: sa.Connection, id: UUID, now: datetime, user_id: UUID | None = None) -> bool:
    """Ends a key, of one person alone where that is said; it stays listed. False where there is none to end."""
    mine = [key.c.user_id == user_id] if user_id is not None else []
    ended = key.update().where(key.c.id == id, key.c.revoked.is_(None), *mine).values(revoked=now)
    remembered.forget()
    if connection.execute(ended).rowcount == 0:
        return False
    whose = connection.execute(sa.select(key.c.user_id).where(key.c.id == id)).scalar_one()
    note(connection, "key_removed", whose, now, key_id=str(id))
    return True


def revoke_all(connection: sa.Connection, user_id: UUID, now: datetime) -> None:
    """Ends all keys of somebody."""
    connection.execute(key.update().where(key.c.user_id == user_id, key.c.revoked.is_(None)).values(revoked=now))
    remembered.forget()


def stamp_key(connection: sa.Connection, secret: str, now: datetime) -> None:
    """Notes that a key is in use, at most once a minute."""
    old = sa.or_(key.c.last_used.is_(None), key.c.last_used < now - STAMP_EVERY)
    connection.execute(key.update().where(key.c.hash == token_hash(secret), old).values(last_used=now))


def limits_of(read_only: bool, codes: list[str] | None, tables: Any) -> Limits:
    """The limits of a key in today's names; an entity that is gone opens nothing."""
    if not read_only and codes is None:
        return NO_LIMITS
    names = None if codes is None else frozenset(filter(None, map(tables.named, codes)))
    return Limits(read_only, names)
