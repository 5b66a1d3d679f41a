"""Nothing has changed in the record, and nothing happened on its timeline: `{idle: {entity: deal, after: 14d}}`.

Once for each time that it falls silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.spans import earlier, later
from customary.engine.records.changes import change
from customary.engine.records.work import Work


def between(trigger: Mapping[str, Any], work: Work, since: datetime, until: datetime) -> Iterable[UUID]:
    """The records whose last sign of life was so long ago between two moments."""
    table = work.release.tables.entity(trigger["entity"])
    (shift,) = trigger["shifts"]
    zone = work.model.settings.time_zone
    low, high = earlier(since, shift, zone), earlier(until, shift, zone)
    written = table.column("updated_at")
    silent = sa.select(table.column("id")).where(table.column("archived_at").is_(None), written <= high)
    written_down = list(_written_down(work, table.column("id")))
    since_then = [_any(about, at > high) for about, at in written_down]
    ended = [_any(about, at > low, at <= high) for about, at in written_down]
    came = sa.or_(written > low, *ended)
    return work.connection.execute(silent.where(came, *(~each for each in since_then))).scalars()


def moments(
    trigger: Mapping[str, Any], values: Mapping[str, Any], work: Work, since: datetime, until: datetime
) -> Iterable[datetime]:
    """When a record fell silent between two moments between which it was not written."""
    (shift,) = trigger["shifts"]
    zone = work.model.settings.time_zone
    last = values["updated_at"] if values["updated_at"] <= since else _written_before(work, values["id"], since)
    if last is None or later(last, shift, zone) > until:
        return
    for sign, following in pairwise([last, *_signs(work, values["id"], last, until), None]):
        at = later(sign, shift, zone)
        if since < at <= until and (following is None or following > at):
            yield at


def _written_before(work: Work, id: UUID, moment: datetime) -> datetime | None:
    """When a record was written last, up to a moment."""
    found = sa.select(sa.func.max(change.c.at)).where(change.c.record == id, change.c.at <= moment)
    return work.connection.execute(found).scalar()


def _signs(work: Work, id: UUID, since: datetime, until: datetime) -> list[datetime]:
    """When something was written down on a record's timeline, in the order in which it was."""
    found: set[datetime] = set()
    for about, at in _written_down(work, sa.literal(id)):
        found.update(work.connection.execute(sa.select(at).where(about, at > since, at <= until)).scalars())
    return sorted(found)


def _written_down(work: Work, id: sa.ColumnElement) -> Iterable[tuple[sa.ColumnElement, sa.Column]]:
    """What stands on timelines: the condition that it is about the record, and when it was written down."""
    for entity in work.model.entities.values():
        table = work.release.tables.entity(entity.name)
        for each in entity.fields.values() if entity.plays in ("activity", "task") else ():
            if each.points == "any" and table.has(each.name):
                yield table.column(each.name) == id, table.column("created_at")


def _any(*conditions: sa.ColumnElement) -> sa.ColumnElement:
    return sa.exists().where(*conditions)
