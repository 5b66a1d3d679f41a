"""Keys: how a program acts in somebody's name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.people import remembered
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
)

STAMP_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as its owner sees it later: never the secret itself."""

    id: UUID
    user_id: UUID
    name: str
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


def add_key(connection: sa.Connection, user_id: UUID, name: str, now: datetime) -> str:
    """Makes a key and gives its secret, which is kept nowhere."""
    secret = new_token(KEY_PREFIX)
    connection.execute(
        key.insert().values(id=uuid.uuid4(), user_id=user_id, name=name, hash=token_hash(secret), created=now)
    )
    return secret


def keys_of(connection: sa.Connection, user_id: UUID) -> list[Key]:
    """All keys of somebody, the newest first."""
    columns = [column for column in key.c if column is not key.c.hash]
    rows = connection.execute(sa.select(*columns).where(key.c.user_id == user_id).order_by(key.c.created.desc()))
    return [Key(**row) for row in rows.mappings()]


def revoke(connection: sa.Connection, id: UUID, now: datetime) -> None:
    """Ends a key; it stays listed."""
    connection.execute(key.update().where(key.c.id == id, key.c.revoked.is_(None)).values(revoked=now))
    remembered.forget()


def stamp_key(connection: sa.Connection, secret: str, now: datetime) -> None:
    """Notes that a key is in use, at most once a minute."""
    old = sa.or_(key.c.last_used.is_(None), key.c.last_used < now - STAMP_EVERY)
    connection.execute(key.update().where(key.c.hash == token_hash(secret), old).values(last_used=now))
