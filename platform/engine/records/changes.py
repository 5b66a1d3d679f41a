"""The change row of every write, which is history, event and timeline in one; and the queue of those to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import is_empty
from customary.engine.records.writer.shape import Shape

KINDS = (
    "created",
    "updated",
    "moved",
    "archived",
    "restored",
    "deleted",
    "revealed",
    "shared",
    "unshared",
    "merged",
    "approved",
    "refused",
    "erased",
)

change = sa.Table(
    "customary_change",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    # The entity's name at birth: a renamed entity keeps its history.
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("record", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("before", Json),
    sa.Column("after", Json),
    sa.Column("actor", sa.Uuid),
    sa.Column("cause", Json, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Index("customary_change_record", "record", "id"),
)

queue = sa.Table(
    "customary_queue",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("change", sa.Uuid, nullable=False),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("record", sa.Uuid, nullable=False),
    sa.Column("at", Moment, nullable=False),
)


@dataclass(frozen=True)
class Change:
    """One write to one record. `before` and `after` hold what changed, in JSON forms by field name."""

    id: UUID
    at: datetime
    entity: str
    record: UUID
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    actor: UUID | None
    cause: Mapping[str, Any]
    release: int

    @property
    def names(self) -> tuple[str, ...]:
        """The fields whose values differ."""
        return tuple(dict.fromkeys((*self.before, *self.after)))


def change_row(
    work: Work, shape: Shape, id: UUID, kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The change row of one write; for an update only what differs stands in it."""
    old, new = {}, {}
    for each in (*shape.recorded, *shape.derived):
        was = before.get(each.name) if before is not None else None
        now = after.get(each.name) if after is not None else None
        if was == now or (is_empty(was) and is_empty(now)):
            continue
        if before is not None:
            old[each.name] = _plain(each, was)
        if after is not None:
            new[each.name] = _plain(each, now)
    return {
        "id": new_id(),
        "at": work.now,
        "entity": work.release.tables.code(shape.entity.name),
        "record": id,
        "kind": kind,
        "before": old or None,
        "after": new or None,
        "actor": work.actor.id,
        "cause": work.cause.to_json(),
        "release": work.release.number,
    }


def write_changes(work: Work, shape: Shape, rows: list[dict[str, Any]]) -> None:
    """Writes the change rows, and queue rows where a workflow may care."""
    if not rows:
        return
    work.connection.execute(change.insert(), rows)
    if queued := [queue_row(row) for row in rows if is_queued(shape, row)]:
        work.connection.execute(queue.insert(), queued)


def is_queued(shape: Shape, row: Mapping[str, Any]) -> bool:
    """Whether rules are to look at a change: where some may care, and it is not meant to start any."""
    return shape.watched and "quiet" not in row["cause"]


def queue_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The queue row of a change row."""
    return {
        "id": new_id(),
        "change": row["id"],
        "entity": row["entity"],
        "record": row["record"],
        "at": row["at"],
    }


def read_change(work: Work, row: Mapping[str, Any], entity: str | None = None) -> Change:
    """A change from its row; the entity and its fields by their names of today, without what is retired. `entity` is
    that of the record, where it is known: it may have been of another when it was written."""
    entity = entity or work.release.tables.named(row["entity"])
    if entity is None:
        return Change(**{**row, "before": row["before"] or {}, "after": row["after"] or {}})
    past = work.release.tables.past
    before, after = (past.told(entity, row[side] or {}, row["release"], row["entity"]) for side in ("before", "after"))
    return Change(**{**row, "entity": entity, "before": before, "after": after})


def _plain(each: Any, value: Any) -> Any:
    return None if value is None else each.to_json(value)
