"""Whose turn it is where work is shared out in turn."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.database import system
from customary.engine.records.work import Work

turn = sa.Table(
    "customary_turn",
    system,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("last", sa.Uuid),
)
"""`key` is the workflow and the position of its step."""


def take_turn(work: Work, key: str) -> UUID | None:
    """Who was chosen last; holds the turn to the end of the transaction, so that nobody else chooses meanwhile."""
    held = sa.select(turn.c.last).where(turn.c.key == key).with_for_update()
    row = work.connection.execute(held).first()
    if row is None:
        insert = sqlite.insert if work.is_sqlite else postgresql.insert
        work.connection.execute(insert(turn).values({"key": key, "last": None}).on_conflict_do_nothing())
        row = work.connection.execute(held).one()
    return row.last


def give_turn(work: Work, key: str, chosen: UUID) -> None:
    """Notes who was chosen."""
    work.connection.execute(turn.update().where(turn.c.key == key).values(last=chosen))


def following(users: list[UUID], last: UUID | None) -> UUID:
    """The one after the last in the order of ids, also when the last is no longer among them."""
    return next((user for user in users if last is None or user > last), users[0])
