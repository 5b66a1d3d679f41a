"""The relay: takes changes off the queue, finds the workflows that care, and makes a run for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.batch import Batch
from customary.engine.automation.matching import begins
from customary.engine.automation.running.begin import begin_all, fail
from customary.engine.automation.running.leasing import SILENT_SECONDS
from customary.engine.automation.running.waiting import wake
from customary.engine.database import Database
from customary.engine.people.actor import SYSTEM
from customary.engine.records.changes import Change, change, queue, read_change
from customary.engine.records.kept import kept
from customary.engine.records.rows import among
from customary.engine.records.work import Work
from customary.engine.releases import Releases
from customary.engine.tracing import span

BATCH = 500
"""Changes taken at once: what waits stays in the database, however much it is."""

# Made once, for a worker asks at every write of others.
_WAITING = sa.select(queue.c.id).limit(1)
_CLAIM = (
    sa.select(queue.c.id.label("queued"), change)
    .select_from(queue.outerjoin(change, change.c.id == queue.c.change))
    .order_by(queue.c.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True, of=queue)
)
_CHANGE = tuple(each.name for each in change.c)
_BEFORE = sa.select(queue.c.id, queue.c.record).where(queue.c.id < sa.bindparam("last", type_=queue.c.id.type))


def run_once(database: Database, releases: Releases, now: datetime) -> int:
    """Takes a batch of changes off the queue, makes the runs they start, and gives how many changes it took.

    Claiming, runs and removal are one transaction: what dies in between loses nothing, and another relay takes it
    over at once. Several relays may work side by side; the changes of one record are taken in their order.
    """
    with database.look() as connection:
        if connection.execute(_WAITING).first() is None:
            return 0
    with database.write(idle_seconds=SILENT_SECONDS) as connection:
        release = releases.load(connection)
        if release is None:
            return 0
        rows = _claimed(connection, database.is_sqlite)
        work = Work(connection, release, SYSTEM, now)
        _follow(work, _changes(work, rows))
        taken = kept(work, "taken off", lambda: queue.delete().where(among(work, queue.c.id, "ids")))
        connection.execute(taken, {"ids": [row["queued"] for row in rows]})
    return len(rows)


def _claimed(connection: sa.Connection, is_sqlite: bool) -> Sequence[Mapping[str, Any]]:
    """The first changes of the queue that nobody else is at.

    A record's changes wait while another relay holds an earlier one, so that none is overtaken; SQLite has one
    writer, which sees all in order anyway. An earlier one that is looked for after the claim and is not there is
    done with: what was made of it is committed.
    """
    rows = connection.execute(_CLAIM).mappings().all()
    if is_sqlite or not rows:
        return rows
    ours = {row["queued"] for row in rows}
    held: dict[UUID, UUID] = {}
    for id, record in connection.execute(_BEFORE, {"last": rows[-1]["queued"]}):
        if id not in ours:
            held[record] = min(id, held.get(record, id))
    return [row for row in rows if not held.get(row["record"], row["queued"]) < row["queued"]]


def _changes(work: Work, rows: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Of those that are still there."""
    return [read_change(work, {name: row[name] for name in _CHANGE}) for row in rows if row["id"] is not None]


def _follow(work: Work, changes: Iterable[Change]) -> None:
    """Wakes the runs that wait for these changes, and begins those that they start."""
    batch = Batch(work, changes)
    with span("match", changes=len(batch.changes)):
        wake(work, batch.changes)
        begin_all(work, begins(batch, fail))
