"""The relay: takes changes off the queue, finds the workflows that care, and makes a run for each."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.guard import has_run, why_not
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.moment import Moment
from customary.engine.automation.waiting import wake
from customary.engine.database import Database
from customary.engine.model.model import Workflow
from customary.engine.people.actor import SYSTEM
from customary.engine.records.changes import Change, change, queue, read_change
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work
from customary.engine.releases import Releases

BATCH = 200
_AHEAD = 1000

log = logging.getLogger("customary.automation")


def run_once(database: Database, releases: Releases, now: datetime) -> int:
    """Takes a batch of changes off the queue, makes the runs they start, and gives how many changes it took.

    Claiming, runs and removal are one transaction: what dies in between loses nothing. Several relays may work
    at once; the changes of one record are taken in their order.
    """
    with database.read() as connection:
        if connection.execute(sa.select(queue.c.id).limit(1)).first() is None:
            return 0
    with database.write() as connection:
        release = releases.load(connection)
        if release is None:
            return 0
        rows = list(connection.execute(_claim(database)).mappings())
        work = Work(connection, release, SYSTEM, now)
        changes = _changes(work, rows)
        wake(work, changes)
        for found in changes:
            _make_runs(work, found)
        connection.execute(queue.delete().where(queue.c.id.in_([row["id"] for row in rows])))
    return len(rows)


def _claim(database: Database) -> sa.Select:
    """The first queued change of each record, in order.

    On PostgreSQL a record's later changes wait until its earlier ones are done with, so that a second relay
    cannot overtake the first; SQLite has one writer, which sees all in order anyway.
    """
    claimed = sa.select(queue).order_by(queue.c.id).limit(BATCH)
    if database.is_sqlite:
        return claimed
    ahead = sa.select(queue.c.id, queue.c.record).order_by(queue.c.id).limit(_AHEAD).cte("ahead")
    earlier = ahead.alias("earlier")
    first = sa.select(ahead.c.id).where(
        ~sa.exists().where(earlier.c.record == ahead.c.record, earlier.c.id < ahead.c.id)
    )
    return claimed.where(queue.c.id.in_(first)).with_for_update(skip_locked=True)


def _changes(work: Work, rows: list[Mapping[str, Any]]) -> list[Change]:
    ids = [row["change"] for row in rows]
    found = work.connection.execute(sa.select(change).where(change.c.id.in_(ids))).mappings()
    by_id = {row["id"]: read_change(work, row) for row in found}
    return [by_id[id] for id in ids if id in by_id]


def _make_runs(work: Work, found: Change) -> None:
    """Writes the runs that a change starts; a run that the guard stops, or that cannot begin, says so."""
    moment = Moment(work, found)
    for workflow in _watching(moment):
        try:
            # A condition that breaks in the database must not take the other rules with it.
            with work.connection.begin_nested():
                if not _holds(workflow, moment) or has_run(work, workflow, found):
                    continue
                reason, status = _stopped(work, workflow, found), tables.STOPPED
        except Exception as error:
            log.exception("Workflow %s could not look at %s %s", workflow.name, found.entity, found.record)
            reason, status = f"its condition could not be worked out: {error}", tables.FAILED
        row = _run(work, workflow, found, reason, status)
        # Written at once, for the limits count the runs of this batch too.
        work.connection.execute(tables.run.insert(), row)


def _stopped(work: Work, workflow: Workflow, found: Change) -> str | None:
    reason = why_not(work, workflow, found)
    return tables.reason_text(reason) if reason else None


def _holds(workflow: Workflow, moment: Moment) -> bool:
    return workflow.where is None or workflow.where.holds(moment.scope())


def _watching(moment: Moment) -> Iterator[Workflow]:
    kinds, found = trigger_kinds(), moment.change
    for workflow in moment.work.model.workflows.values():
        if workflow.entity == found.entity and any(
            kinds[trigger["kind"]].matches(trigger, found, moment) for trigger in workflow.triggers
        ):
            yield workflow


def _run(work: Work, workflow: Workflow, found: Change, reason: str | None, status: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workflow": workflow.name,
        "release": work.release.number,
        "change": found.id,
        "entity": work.release.tables.code(found.entity),
        "record": found.record,
        "actor": found.actor,
        "cause": dict(found.cause),
        "status": status if reason else tables.DUE,
        "cursor": 0,
        "results": {},
        "reason": reason,
        "at": work.now,
        "due": None if reason else work.now,
        "attempts": 0,
        "ended_at": work.now if reason else None,
    }
