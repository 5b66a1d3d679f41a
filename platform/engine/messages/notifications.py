"""Notifications: short texts for one user, shown until they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from customary.engine.database import Moment, system
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work

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
    sa.Index("customary_notification_user", "user", "id"),
)


@dataclass(frozen=True)
class Notification:
    """One text for one user, about a record of `entity` (its name of today)."""

    id: UUID
    text: str
    entity: str | None
    record: UUID | None
    at: datetime
    read_at: datetime | None


def notify(
    work: Work, user: UUID, text: str, *, about: tuple[str, UUID] | None = None, run: UUID | None = None
) -> UUID:
    """Tells a user something."""
    id = new_id()
    row = {
        "id": id,
        "user": user,
        "text": text[:2000],
        "entity": work.release.tables.code(about[0]) if about else None,
        "record": about[1] if about else None,
        "run": run,
        "at": work.now,
    }
    work.connection.execute(notification.insert(), row)
    return id


def newest(work: Work, limit: int = 20, unread: bool = False) -> list[Notification]:
    """The actor's notifications, newest first."""
    statement = sa.select(notification).where(notification.c.user == work.actor.id)
    if unread:
        statement = statement.where(notification.c.read_at.is_(None))
    rows = work.connection.execute(statement.order_by(notification.c.id.desc()).limit(limit))
    tables = work.release.tables
    return [
        Notification(
            row.id, row.text, tables.named(row.entity) if row.entity else None, row.record, row.at, row.read_at
        )
        for row in rows
    ]


def unread_count(work: Work) -> int:
    """How many notifications the actor has not read."""
    mine = sa.and_(notification.c.user == work.actor.id, notification.c.read_at.is_(None))
    return work.connection.execute(sa.select(sa.func.count()).select_from(notification).where(mine)).scalar_one()


def mark_read(work: Work, id: UUID | None = None) -> None:
    """Notes that the actor has read one notification, or all."""
    statement = notification.update().where(notification.c.user == work.actor.id, notification.c.read_at.is_(None))
    if id is not None:
        statement = statement.where(notification.c.id == id)
    work.connection.execute(statement.values(read_at=work.now))
