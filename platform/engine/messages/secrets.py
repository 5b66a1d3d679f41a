"""Secrets of the workspace: what it signs with, and what it shows to other systems. Sealed, and never shown again.

A secret that is changed holds on beside its successor for a day, so that the other side has time to follow.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from customary.engine import resealing
from customary.engine.columns import Moment
from customary.engine.database import Database, system
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.resealing import Resealed, total
from customary.engine.sealing import NoKey, Unopened, seal, unseal
from customary.engine.words import Reason

secret = sa.Table(
    "customary_secret",
    system,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("former", sa.Text),
    sa.Column("changed_at", Moment, nullable=False),
)

HOLDS_ON = timedelta(days=1)


def keep_secret(connection: sa.Connection, name: str, text: str, now: datetime) -> None:
    """Keeps a secret under its name, beside the one that was there. Raises NoKey."""
    sealed = seal(text, _place(name))
    mine = secret.c.name == name
    changed = secret.update().where(mine).values(former=secret.c.sealed, sealed=sealed, changed_at=now)
    if not connection.execute(changed).rowcount:
        connection.execute(secret.insert().values(name=name, sealed=sealed, changed_at=now))


def make_secret(connection: sa.Connection, name: str, now: datetime) -> str:
    """Makes a new secret, keeps it, and gives it to be told once. Raises NoKey."""
    made = randomness.token_urlsafe(32)
    keep_secret(connection, name, made, now)
    return made


def forget_secret(connection: sa.Connection, name: str) -> bool:
    """Takes a secret away at once; False when there was none."""
    return connection.execute(secret.delete().where(secret.c.name == name)).rowcount == 1


def secrets_kept(connection: sa.Connection) -> dict[str, datetime]:
    """When each secret was changed last, by name."""
    found = sa.select(secret.c.name, secret.c.changed_at).order_by(secret.c.name)
    return {row.name: row.changed_at for row in connection.execute(found)}


def secrets_of(connection: sa.Connection, name: str, now: datetime) -> list[str]:
    """The secret of a name, and the one before while it holds on; none where nothing can be opened."""
    row = connection.execute(sa.select(secret).where(secret.c.name == name)).first()
    if row is None:
        return []
    kept = [row.sealed, row.former if now < row.changed_at + HOLDS_ON else None]
    return [text for each in kept if each is not None and (text := _opened(each, name)) is not None]


def filled_in(
    database: Database, headers: Mapping[str, Any], now: datetime
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Headers that hold no secret, and those that do, with it. Raises Undeliverable where it is not there."""
    plain = {name: value for name, value in headers.items() if isinstance(value, str)}
    secret = {
        name: value.get("before", "") + the_secret(database, value["secret"], now)
        for name, value in headers.items()
        if not isinstance(value, str)
    }
    return plain, secret


def the_secret(database: Database, name: str, now: datetime) -> str:
    """The secret of a name. Raises Undeliverable where it is not there."""
    with database.read() as connection:
        found = secrets_of(connection, name, now)
    if not found:
        raise Undeliverable(Reason("there is no secret “{name}”, or no key to open it", {"name": name}))
    return found[0]


def reseal(database: Database) -> Resealed:
    """Seals all of them with the first key, and those that hold on beside their successors. Raises NoKey."""
    return total(resealing.reseal(database, each, _place) for each in (secret.c.sealed, secret.c.former))


def _opened(sealed: str, name: str) -> str | None:
    try:
        return unseal(sealed, _place(name))
    except (NoKey, Unopened):
        return None


def _place(name: str) -> str:
    return f"secret {name}"
