"""A file: sent by somebody, then attached to a record, and kept as long as anything may come back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.fields.file import Attached
from customary.engine.fields.textual import FORBIDDEN
from customary.engine.files.content import type_of
from customary.engine.files.store import Store

WAITS = timedelta(days=1)
"""For how long a file waits to be attached to a record."""
LONGEST_NAME = 200

file = sa.Table(
    "customary_file",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("sent_by", sa.Uuid),
    sa.Column("sent_at", Moment, nullable=False),
    # The record it was attached to first, by its entity's name at birth. It stays there when the record lets go of it:
    # what is undone, or brought back out of the history, must find its file.
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    sa.Index("customary_file_waiting", "record", "sent_at"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as its row tells of it."""

    id: UUID
    name: str
    type: str
    size: int
    sha256: str
    sent_by: UUID | None
    sent_at: datetime
    entity: str | None
    record: UUID | None

    @property
    def attached(self) -> Attached:
        """As a field's value."""
        return Attached(id=self.id, name=self.name, type=self.type, size=self.size)


def keep(
    connection: sa.Connection, store: Store, id: UUID, name: str, data: bytes, sent_by: UUID | None, now: datetime
) -> Kept:
    """Keeps a file that was sent, under a new id, and throws away those that nobody attached in time."""
    _clear(connection, store, now)
    found = Kept(
        id, tidy(name), type_of(data, name), len(data), hashlib.sha256(data).hexdigest(), sent_by, now, None, None
    )
    store.write(id, data)
    connection.execute(file.insert(), {each: getattr(found, each) for each in Kept.__slots__})
    return found


def find(connection: sa.Connection, ids: Iterable[UUID]) -> Mapping[UUID, Kept]:
    """The files with these ids that there are."""
    rows = connection.execute(sa.select(file).where(file.c.id.in_(list(ids)))).mappings()
    return {row["id"]: Kept(**row) for row in rows}


def claim(connection: sa.Connection, entity: str, record: UUID, ids: Iterable[UUID]) -> None:
    """Notes that files belong to a record from now on."""
    waiting = sa.and_(file.c.id.in_(list(ids)), file.c.record.is_(None))
    connection.execute(file.update().where(waiting).values(entity=entity, record=record))


def forget(connection: sa.Connection, store: Store, entities: Iterable[str]) -> bool:
    """Throws away some of the files of entities that are gone for good; False when there are none left."""
    ids = list(connection.execute(sa.select(file.c.id).where(file.c.entity.in_(list(entities))).limit(200)).scalars())
    connection.execute(file.delete().where(file.c.id.in_(ids)))
    for id in ids:
        store.remove(id)
    return bool(ids)


def tidy(name: str) -> str:
    """A file's name without the way to it, and without what no name should hold."""
    last: Any = name.replace("\\", "/").rpartition("/")[2]
    return " ".join(FORBIDDEN.sub("", last).split())[-LONGEST_NAME:] or "file"


def _clear(connection: sa.Connection, store: Store, now: datetime) -> None:
    late = sa.and_(file.c.record.is_(None), file.c.sent_at < now - WAITS)
    for id in connection.execute(sa.select(file.c.id).where(late).limit(20)).scalars().all():
        connection.execute(file.delete().where(file.c.id == id))
        store.remove(id)
