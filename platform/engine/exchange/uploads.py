"""Files that people have sent to be imported, kept between looking at them and importing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work

KEPT = timedelta(days=1)

upload = sa.Table(
    "customary_upload",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("user", sa.Uuid),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("maps", Json),
    sa.Column("at", Moment, nullable=False),
)


@dataclass(frozen=True)
class Upload:
    """A file with the entity it is for; `maps` is what its sender said about the columns (see `apply_maps`)."""

    id: UUID
    entity: str
    name: str
    data: bytes
    maps: Mapping[str, str]


def keep(work: Work, entity: str, name: str, data: bytes) -> UUID:
    """Keeps a file for a day, and throws away those that were kept longer."""
    work.connection.execute(upload.delete().where(upload.c.at < work.now - KEPT))
    id = new_id()
    row = {"id": id, "user": work.actor.id, "entity": entity, "name": name[:200], "data": data, "at": work.now}
    work.connection.execute(upload.insert(), row)
    return id


def find(work: Work, id: UUID) -> Upload:
    """A file of the actor's own. Raises Missing."""
    row = work.connection.execute(sa.select(upload).where(upload.c.id == id)).mappings().first()
    if row is None or row["user"] != work.actor.id or row["entity"] not in work.model.entities:
        raise Missing("upload", id)
    return Upload(id, row["entity"], row["name"], row["data"], row["maps"] or {})


def remember(work: Work, id: UUID, maps: Mapping[str, str]) -> None:
    """Keeps what was said about the columns."""
    work.connection.execute(upload.update().where(upload.c.id == id).values(maps=dict(maps)))


def forget(work: Work, id: UUID) -> None:
    """Throws a file away. Raises Missing when that was done already: it is imported once, however often it is sent."""
    if not work.connection.execute(upload.delete().where(upload.c.id == id)).rowcount:
        raise Missing("upload", id)
