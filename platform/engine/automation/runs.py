"""Runs: leasing those that are due and taking their steps, all in one transaction with what they write."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import CannotDo, Pause, Stop
from customary.engine.automation.begun import as_begun
from customary.engine.automation.calling import tell_caller
from customary.engine.automation.moment import NO_RECORD, moment_of, started_by, system_for
from customary.engine.automation.taking import Steps, Walk, why
from customary.engine.automation.waiting import keep, kept, way
from customary.engine.database import Database
from customary.engine.model.model import Workflow
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.people.recognise import actor_of_user
from customary.engine.records import storage
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Releases
from customary.engine.tracing import span
from customary.engine.words import Reason

LEASE = timedelta(seconds=20)
"""What a dead worker has claimed is taken over after this. A run that is being taken is held by its transaction as
well, however long that lasts: nobody waits for it, and nobody takes it twice."""
BATCH = 20
OTHERS = 4
MOST_ATTEMPTS = 5
MOST_CLAIMS = 20
"""A run that was claimed so often and never came to an end takes its workers with it."""

log = logging.getLogger("customary.automation")


def lease_due(database: Database, now: datetime, limit: int = BATCH) -> list[UUID]:
    """Claims runs that are due, those that are longest due first, and gives their ids.

    A record's run waits while an earlier one of the same record is not ended. A run whose lease is over was left
    by a worker that died, and is claimed again.
    """
    with database.read() as connection:
        if not _look(connection, now, 1):
            return []
    with database.write() as connection:
        # More than are wanted, for other workers look at the same moment.
        found = _look(connection, now, limit * OTHERS)
        ids = list(connection.execute(_CLAIM, {"ids": found, "now": now, "most": limit}).scalars()) if found else []
        if ids:
            connection.execute(_LEASE, {"ids": ids, "until": now + LEASE})
    return sorted(ids, key=found.index)


def _look(connection: sa.Connection, now: datetime, most: int) -> list[UUID]:
    return list(connection.execute(_due(), {"now": now, "most": most}).scalars())


@cache
def _due() -> sa.Select:
    """The runs that are due, made once: a worker asks at every write of others.

    Each status is asked for alone, so that the index gives the first of each, however many wait behind them.
    """
    run = tables.run
    most = sa.bindparam("most", type_=sa.Integer)
    each = [_due_of(status).order_by(run.c.due, run.c.id).limit(most).subquery() for status in tables.UNDER_WAY]
    found = sa.union_all(*(sa.select(one.c.id, one.c.due) for one in each)).subquery()
    return sa.select(found.c.id).order_by(found.c.due, found.c.id).limit(most)


def _due_of(status: str) -> sa.Select:
    run, earlier = tables.run, tables.run.alias("earlier")
    same = (earlier.c.record == run.c.record, run.c.record != NO_RECORD)
    waits = sa.exists().where(*same, earlier.c.status == tables.DUE, earlier.c.id < run.c.id)
    past = run.c.due <= sa.bindparam("now", type_=run.c.due.type)
    paused = sa.exists().where(tables.pause.c.workflow == run.c.workflow)
    return sa.select(run.c.id, run.c.due).where(run.c.status == status, past, ~waits, ~paused)


_HELD = (
    sa.select(tables.run)
    .where(tables.run.c.id == sa.bindparam("id"), tables.run.c.status == tables.DUE)
    .with_for_update(skip_locked=True)
)
_STAND = tables.run.update().where(tables.run.c.id == sa.bindparam("this", type_=tables.run.c.id.type))
"""Where a run stands; these are made once, for each run asks them."""
_ENDED = _STAND.returning(tables.run.c.cause, tables.run.c.at)
_IDS = tables.run.c.id.in_(sa.bindparam("ids", expanding=True))
_CLAIM = (
    sa.select(tables.run.c.id)
    .where(_IDS, tables.run.c.status.in_(tables.UNDER_WAY), tables.run.c.due <= sa.bindparam("now"))
    .order_by(tables.run.c.due, tables.run.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    tables.run.update()
    .where(_IDS)
    .values(status=tables.DUE, due=sa.bindparam("until"), attempts=tables.run.c.attempts + 1)
)


def advance(database: Database, releases: Releases, run_id: UUID, now: datetime) -> str | None:
    """Takes the steps of a leased run and gives its status; None when there is nothing (more) to do.

    The steps up to the end or the next waiting, their log and where the run stands then are one transaction. When a
    step cannot be done nothing of them is kept but the log, which says so; when the database fails the run is tried
    again later.
    """
    taken = Steps()
    try:
        with span("run", run=str(run_id)), database.write() as connection:
            return _advance(connection, releases, run_id, now, taken)
    except sa.exc.OperationalError as error:
        log.warning("Run %s is put off: %s", run_id, error)
        return _put_off(database, run_id, now, Reason("the database failed: {why}", {"why": str(error.orig)}))
    except Exception as error:
        if not isinstance(error, Refused | Forbidden | Missing | Stale | CannotDo):
            log.exception("Run %s failed", run_id)
        return _fail(database, run_id, now, taken, why(error))


GONE = Reason("The rule, or what started it, is not there any more.")
RECORD_GONE = Reason("The record is not there any more.")
TOO_MANY = Reason("It was begun {count} times, and each time the worker ended before it did.", {"count": MOST_CLAIMS})


def _advance(connection: sa.Connection, releases: Releases, run_id: UUID, now: datetime, taken: Steps) -> str | None:
    run = _held(connection, run_id)
    release = releases.load(connection)
    if run is None or release is None:
        return None
    taken.goes_on = bool(run["position"])
    if run["attempts"] > MOST_CLAIMS:
        return _end(connection, run_id, now, tables.FAILED, tables.reason_text(TOO_MANY))
    work = Work(connection, release, SYSTEM, now, cause_of(run["id"], run["workflow"], run["cause"]))
    workflow = as_begun(work, run)
    found = started_by(work, run)
    if workflow is None or found is None:
        return _end(connection, run_id, now, tables.STOPPED, tables.reason_text(GONE))
    moment = moment_of(work, run, found, kept(work, run))
    if run["position"] and moment.entity and storage.load(work, moment.entity, moment.id) is None:
        return _end(connection, run_id, now, tables.STOPPED, tables.reason_text(RECORD_GONE))
    actor = actor_of(work, workflow, run["actor"], moment.user)
    moment.work = Work(connection, release, actor, now, work.cause)
    return _walked(connection, Walk(workflow, run_id, moment, taken, *way(run)), release.number)


def _walked(connection: sa.Connection, walk: Walk, release: int) -> str:
    """Walks on to the end of the run, or to where it waits again, and writes down where it stands."""
    begun = {} if walk.ahead else {"release": release}
    log, now = walk.log, walk.moment.work.now
    try:
        walk.take(walk.workflow.steps)
    except Pause as pause:
        log.write(connection, walk.run)
        row = {"status": tables.WAITING, "due": pause.until, "attempts": 0, "reason": None}
        row |= {"position": log.rows[-1]["position"], "results": keep(walk.moment.work, walk.moment.results), **begun}
        connection.execute(_STAND, {"this": walk.run, **row})
        return tables.WAITING
    except Stop as stop:
        log.write(connection, walk.run)
        return _end(connection, walk.run, log.clock(now), tables.STOPPED, str(stop) or None, **begun)
    log.write(connection, walk.run)
    return _end(connection, walk.run, log.clock(now), tables.DONE, None, **begun)


def _held(connection: sa.Connection, run_id: UUID) -> Mapping[str, Any] | None:
    """The run's row, held to the end of the transaction; None when another worker is at it or it has ended."""
    return connection.execute(_HELD, {"id": run_id}).mappings().first()


def cause_of(run: UUID, workflow: str, started_by: Mapping[str, Any]) -> Cause:
    """Why a run writes, which goes back to what started it."""
    chain = (*started_by.get("chain", ()), workflow)
    return Cause(origin="workflow", run=str(run), depth=len(chain), chain=chain)


def actor_of(work: Work, workflow: Workflow, user_id: UUID | None, user: Mapping[str, Any] | None) -> Actor:
    """Whose rights count in a run that `user` started. Raises CannotDo when they are gone."""
    if workflow.run_as != "actor" or user_id is None:
        return system_for(user)
    actor = actor_of_user(work.connection, user_id, work.release)
    if actor is None:
        raise CannotDo("the one whose rights count has no account any more")
    return actor


def _end(connection: sa.Connection, run_id: UUID, now: datetime, status: str, reason: str | None, **more: Any) -> str:
    values = {"status": status, "reason": reason, "due": None, "ended_at": now, **more}
    tell_caller(connection, connection.execute(_ENDED, {"this": run_id, **values}).first())
    return status


def _fail(database: Database, run_id: UUID, now: datetime, taken: Steps, reason: Reason) -> str:
    for row in taken.rows:
        row["status"] = "undone" if row["status"] == "done" else row["status"]
    with database.write() as connection:
        if _held(connection, run_id) is not None:
            taken.write(connection, run_id)
            _end(connection, run_id, taken.clock(now), tables.FAILED, tables.reason_text(reason))
    return tables.FAILED


def _put_off(database: Database, run_id: UUID, now: datetime, reason: Reason) -> str:
    run, told = tables.run, tables.reason_text(reason)
    with database.write() as connection:
        row = _held(connection, run_id)
        if row is not None and row["attempts"] >= MOST_ATTEMPTS:
            tried = Reason("tried {count} times: {reason}", {"count": row["attempts"], "reason": reason})
            _end(connection, run_id, now, tables.FAILED, tables.reason_text(tried))
            return tables.FAILED
        if row is not None:
            later = now + timedelta(seconds=2 ** row["attempts"])
            connection.execute(run.update().where(run.c.id == run_id).values(due=later, reason=told))
    return tables.DUE
