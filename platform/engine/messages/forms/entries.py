"""Entries: each time that a form was sent, what came of it, and what its record did not take over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import insert_new, system

entry = sa.Table(
    "customary_form_entry",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    # The wording that was agreed to.
    sa.Column("consent", sa.Text),
    # The record, by its entity's name at birth, and whether it was made.
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    sa.Column("new", sa.Boolean),
    # What the record did not take over, by field in JSON forms, and why something beside it was not made.
    sa.Column("left", Json),
    sa.Column("why", sa.Text),
    sa.Index("customary_form_entry_form", "form", "at"),
    sa.Index("customary_form_entry_record", "record", "at"),
)

WAITING, TAKEN = "waiting", "taken"
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """A form that was sent, as its record shows it. `entity` is a name at birth."""

    id: UUID
    form: str
    at: datetime
    status: str
    consent: str | None
    entity: str | None
    record: UUID | None
    new: bool | None
    left: Mapping[str, Any] | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How often a form was sent: ever, in the last thirty days, and when last; how many wait to be confirmed."""

    taken: int = 0
    lately: int = 0
    waiting: int = 0
    last: datetime | None = None


def begin(connection: sa.Connection, id: UUID, form: str, now: datetime, consent: str | None) -> bool:
    """Notes that a form was sent, and what comes of it is to be settled; False for what was sent before."""
    row = {"id": id, "form": form, "at": now, "consent": consent, "status": WAITING}
    return insert_new(connection, entry, row)


def settle(connection: sa.Connection, id: UUID, **values: Any) -> None:
    """Notes what came of it."""
    connection.execute(entry.update().where(entry.c.id == id).values(status=TAKEN, **values))


def is_waiting(connection: sa.Connection, id: UUID) -> bool:
    """Whether it waits to be confirmed."""
    mine = sa.select(entry.c.id).where(entry.c.id == id, entry.c.status == WAITING)
    return connection.execute(mine).first() is not None


def forget_waiting(connection: sa.Connection, before: datetime) -> None:
    """Forgets those that nobody confirmed in time."""
    connection.execute(entry.delete().where(entry.c.status == WAITING, entry.c.at < before))


def count_since(connection: sa.Connection, form: str, since: datetime) -> int:
    """How often a form was sent since a moment."""
    mine = (entry.c.form == form, entry.c.at >= since)
    return connection.execute(sa.select(sa.func.count()).select_from(entry).where(*mine)).scalar_one()


def figures(connection: sa.Connection, now: datetime) -> dict[str, Figures]:
    """The figures of all forms, by name."""
    taken = entry.c.status == TAKEN

    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((condition, 1), else_=0))

    columns = (number(taken), number(taken & (entry.c.at >= now - LATELY)), number(~taken), sa.func.max(entry.c.at))
    rows = connection.execute(sa.select(entry.c.form, *columns).group_by(entry.c.form))
    return {form: Figures(int(all), int(lately), int(waiting), last) for form, all, lately, waiting, last in rows}


def newest(connection: sa.Connection, record: UUID, limit: int = 50) -> list[Entry]:
    """What was sent about a record, newest first."""
    mine = sa.select(entry).where(entry.c.record == record, entry.c.status == TAKEN)
    rows = connection.execute(mine.order_by(entry.c.at.desc(), entry.c.id.desc()).limit(limit)).mappings()
    return [Entry(**row) for row in rows]
