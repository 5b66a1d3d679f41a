"""The relay: takes changes off the queue, finds the workflows that care, and makes a run for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.begin import begin
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.moment import Moment
from customary.engine.automation.waiting import wake
from customary.engine.database import Database
from customary.engine.model.model import Workflow
from customary.engine.people.actor import SYSTEM
from customary.engine.records.changes import Change, change, queue, read_change
from customary.engine.records.work import Work
from customary.engine.releases import Releases

BATCH = 200
_AHEAD = 1000

# Made once, for a worker asks at every write of others.
_WAITING = sa.select(queue.c.id).limit(1)
_CHANGES = sa.select(change).where(change.c.id.in_(sa.bindparam("ids", expanding=True)))
_TAKE_OFF = queue.delete().where(queue.c.id.in_(sa.bindparam("ids", expanding=True)))


def run_once(database: Database, releases: Releases, now: datetime) -> int:
    """Takes a batch of changes off the queue, makes the runs they start, and gives how many changes it took.

    Claiming, runs and removal are one transaction: what dies in between loses nothing. Several relays may work
    at once; the changes of one record are taken in their order.
    """
    with database.read() as connection:
        if connection.execute(_WAITING).first() is None:
            return 0
    with database.write() as connection:
        release = releases.load(connection)
        if release is None:
            return 0
        rows = connection.execute(_claim(database.is_sqlite)).mappings().all()
        work = Work(connection, release, SYSTEM, now)
        changes = _changes(work, rows)
        wake(work, changes)
        for found in changes:
            _make_runs(work, found)
        connection.execute(_TAKE_OFF, {"ids": [row["id"] for row in rows]})
    return len(rows)


@cache
def _claim(is_sqlite: bool) -> sa.Select:
    """The first queued change of each record, in order.

    On PostgreSQL a record's later changes wait until its earlier ones are done with, so that a second relay
    cannot overtake the first; SQLite has one writer, which sees all in order anyway.
    """
    claimed = sa.select(queue).order_by(queue.c.id).limit(BATCH)
    if is_sqlite:
        return claimed
    ahead = sa.select(queue.c.id, queue.c.record).order_by(queue.c.id).limit(_AHEAD).cte("ahead")
    earlier = ahead.alias("earlier")
    first = sa.select(ahead.c.id).where(
        ~sa.exists().where(earlier.c.record == ahead.c.record, earlier.c.id < ahead.c.id)
    )
    return claimed.where(queue.c.id.in_(first)).with_for_update(skip_locked=True)


def _changes(work: Work, rows: Sequence[Mapping[str, Any]]) -> list[Change]:
    ids = [row["change"] for row in rows]
    found = work.connection.execute(_CHANGES, {"ids": ids}).mappings().all()
    by_id = {row["id"]: read_change(work, row) for row in found}
    return [by_id[id] for id in ids if id in by_id]


def _make_runs(work: Work, found: Change) -> None:
    """Begins the runs that a change starts."""
    for workflow, moment in _watching(work, found):
        begin(workflow, moment)


def _watching(work: Work, found: Change) -> Iterator[tuple[Workflow, Moment]]:
    """The workflows that care, each with the record that it is about."""
    own = Moment(work, found)
    for workflow in work.model.workflows.values():
        if workflow.before:
            continue
        if workflow.entity == found.entity and any(_matches(trigger, own) for trigger in workflow.triggers):
            yield workflow, own
        for id in dict.fromkeys(id for trigger in workflow.triggers for id in _subjects(trigger, own)):
            yield workflow, Moment(work, found, about=(workflow.entity, id))


def _matches(trigger: Mapping[str, Any], moment: Moment) -> bool:
    matches = getattr(trigger_kinds()[trigger["kind"]], "matches", None)
    return matches is not None and matches(trigger, moment.change, moment)


def _subjects(trigger: Mapping[str, Any], moment: Moment) -> Iterable[UUID]:
    subjects = getattr(trigger_kinds()[trigger["kind"]], "subjects", None)
    return subjects(trigger, moment.change, moment) if subjects is not None else ()
