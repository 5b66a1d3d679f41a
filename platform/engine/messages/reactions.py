"""What became of a mail after it went out: it was opened, clicked, answered, or came back. Each is noted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.columns import Moment
from customary.engine.database import system

reaction = sa.Table(
    "customary_reaction",
    system,
    sa.Column("message", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    # Which link was clicked first, or why it came back.
    sa.Column("what", sa.Text),
)

OPENED, CLICKED, ANSWERED, BOUNCED = KINDS = ("opened", "clicked", "answered", "bounced")


def note(connection: sa.Connection, message: UUID, kind: str, now: datetime, what: str | None = None) -> bool:
    """Notes a reaction; False where it is known already."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    row = {"message": message, "kind": kind, "at": now, "what": what[:2000] if what else None}
    first = insert(reaction).values(row).on_conflict_do_nothing().returning(reaction.c.message)
    return connection.execute(first).first() is not None


def reactions_to(connection: sa.Connection, messages: Iterable[UUID]) -> Mapping[UUID, Mapping[str, datetime]]:
    """The reactions to some messages: by message and kind when it first happened."""
    found: dict[UUID, dict[str, datetime]] = {}
    for row in connection.execute(sa.select(reaction).where(reaction.c.message.in_(list(messages)))):
        found.setdefault(row.message, {})[row.kind] = row.at
    return found
