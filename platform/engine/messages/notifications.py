"""Notifications: short texts for one user, shown until they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.reasons import read_reason, reason_text
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work
from customary.engine.words import Reason

notification = sa.Table(
    "customary_notification",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("user", sa.Uuid, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    sa.Column("run", sa.Uuid),
    sa.Column("at", Moment, nullable=False),
    sa.Column("read_at", Moment),
    sa.Index("customary_notification_record", "record"),
    sa.Index("customary_notification_user", "user", "id"),
    # Every page counts the unread, so the count must not grow with what was read long ago.
    sa.Index("customary_notification_unread", "user", "read_at", "id"),
)
_is_unread = notification.c.read_at.is_(None)

MOST_COUNTED = 100


@dataclass(frozen=True)
class Notification:
    """One text for one user, about a record of `entity` (its name of today). `run` is that of the rule that said it."""

    id: UUID
    text: str
    entity: str | None
    record: UUID | None
    run: UUID | None
    at: datetime
    read_at: datetime | None

    @property
    def said(self) -> Reason | None:
        """What the platform itself has to tell, to be said in the reader's language; None where others wrote it."""
        found = read_reason(self.text)
        return found if found is not None and found.text != self.text else None


def notify(
    work: Work, user: UUID, text: str | Reason, *, about: tuple[str, UUID] | None = None, run: UUID | None = None
) -> UUID:
    """Tells a user something; a Reason is said in the language that they read it in."""
    id = new_id()
    row = {
        "id": id,
        "user": user,
        "text": reason_text(text) if isinstance(text, Reason) else text[:2000],
        "entity": work.release.tables.code(about[0]) if about else None,
        "record": about[1] if about else None,
        "run": run,
        "at": work.now,
    }
    work.connection.execute(notification.insert(), row)
    return id


def newest(work: Work, limit: int = 20, unread: bool = False, before: UUID | None = None) -> list[Notification]:
    """The actor's notifications, newest first; `before` is the id of the last one of the page before."""
    statement = sa.select(notification).where(notification.c.user == work.actor.id)
    if unread:
        statement = statement.where(_is_unread)
    if before is not None:
        statement = statement.where(notification.c.id < before)
    rows = work.connection.execute(statement.order_by(notification.c.id.desc()).limit(limit)).mappings()
    return [_notification(work, row) for row in rows]


def find(work: Work, id: UUID) -> Notification | None:
    """One of the actor's own notifications, or None."""
    mine = sa.select(notification).where(notification.c.id == id, notification.c.user == work.actor.id)
    row = work.connection.execute(mine).mappings().first()
    return _notification(work, row) if row is not None else None


def unread_count(work: Work) -> int:
    """How many notifications the actor has not read; it counts to a hundred, which says "many"."""
    mine = sa.select(notification.c.id).where(notification.c.user == work.actor.id, _is_unread).limit(MOST_COUNTED)
    return work.connection.execute(sa.select(sa.func.count()).select_from(mine.subquery())).scalar_one()


def mark_read(work: Work, id: UUID | None = None) -> None:
    """Notes that the actor has read one notification, or all."""
    statement = notification.update().where(notification.c.user == work.actor.id, _is_unread)
    if id is not None:
        statement = statement.where(notification.c.id == id)
    work.connection.execute(statement.values(read_at=work.now))


def mark_unread(work: Work, id: UUID) -> None:
    """Keeps one of the actor's notifications for later."""
    mine = notification.update().where(notification.c.user == work.actor.id, notification.c.id == id)
    work.connection.execute(mine.values(read_at=None))


def _notification(work: Work, row: Mapping[str, Any]) -> Notification:
    entity = work.release.tables.named(row["entity"]) if row["entity"] else None
    names = Notification.__dataclass_fields__
    return Notification(**{**{name: row[name] for name in names}, "entity": entity})
