"""Runs: leasing those that are due and taking their steps, all in one transaction with what they write."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import Acting, CannotDo, Done, Stop
from customary.engine.automation.kinds import step_kinds
from customary.engine.automation.moment import Moment, system_for
from customary.engine.database import Database
from customary.engine.model.model import Workflow
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.people.recognise import actor_of_user
from customary.engine.records.changes import change, read_change
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale, reason_of
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Releases
from customary.engine.words import Reason

LEASE = timedelta(minutes=1)
BATCH = 20
MOST_ATTEMPTS = 5

log = logging.getLogger("customary.automation")


def lease_due(database: Database, now: datetime, limit: int = BATCH) -> list[UUID]:
    """Claims runs that are due, oldest first, and gives their ids.

    A record's run waits while an earlier one of the same record is not ended. A run whose lease is over was left
    by a worker that died, and is claimed again.
    """
    run, earlier = tables.run, tables.run.alias("earlier")
    waits = sa.exists().where(earlier.c.record == run.c.record, earlier.c.status == tables.DUE, earlier.c.id < run.c.id)
    due = sa.select(run.c.id).where(run.c.status == tables.DUE, run.c.due <= now, ~waits).order_by(run.c.id)
    with database.read() as connection:
        if connection.execute(due.limit(1)).first() is None:
            return []
    with database.write() as connection:
        claim = due.limit(limit).with_for_update(skip_locked=True, of=run)
        ids = list(connection.execute(claim).scalars())
        if ids:
            leased = run.update().where(run.c.id.in_(ids))
            connection.execute(leased.values(due=now + LEASE, attempts=run.c.attempts + 1))
    return ids


def advance(database: Database, releases: Releases, run_id: UUID, now: datetime) -> str | None:
    """Takes the steps of a leased run and gives its status; None when there is nothing (more) to do.

    Steps, log and end of the run are one transaction. When a step cannot be done nothing of the run is kept but
    the log, which says so; when the database fails the run is tried again later.
    """
    taken = Steps()
    try:
        with database.write() as connection:
            return _advance(connection, releases, run_id, now, taken)
    except sa.exc.OperationalError as error:
        log.warning("Run %s is put off: %s", run_id, error)
        return _put_off(database, run_id, now, Reason("the database failed: {why}", {"why": str(error.orig)}))
    except Exception as error:
        if not isinstance(error, Refused | Forbidden | Missing | Stale | CannotDo):
            log.exception("Run %s failed", run_id)
        return _fail(database, run_id, now, taken, _why(error))


def try_again(work: Work, run_id: UUID) -> bool:
    """Makes a failed run due once more; False when it has not failed."""
    run = tables.run
    failed = run.update().where(run.c.id == run_id, run.c.status == tables.FAILED)
    again = {"status": tables.DUE, "due": work.now, "attempts": 0, "reason": None, "ended_at": None}
    return work.connection.execute(failed.values(again)).rowcount == 1


@dataclass
class Steps:
    """The log of a run while its steps are taken; it outlives the transaction that is rolled back."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    begun: float = field(default_factory=time.perf_counter)

    def clock(self, now: datetime) -> datetime:
        """The time for the log: steps see one `now`, but people want to know how long each took."""
        return now + timedelta(seconds=time.perf_counter() - self.begun)

    def note(self, step: Mapping[str, Any], position: str, now: datetime, status: str, **more: Any) -> None:
        label = step.get("label")
        self.rows.append(
            {
                "id": new_id(),
                "position": position,
                "kind": step["kind"],
                "label": dict(label.by_language) if label else None,
                "status": status,
                "input": more.get("input"),
                "result": more.get("result"),
                "error": tables.reason_text(more["error"]) if "error" in more else None,
                "at": self.clock(now),
            }
        )

    def write(self, connection: sa.Connection, run_id: UUID) -> None:
        if self.rows:
            connection.execute(tables.step.insert(), [{**row, "run": run_id} for row in self.rows])


def _advance(connection: sa.Connection, releases: Releases, run_id: UUID, now: datetime, taken: Steps) -> str | None:
    run = _held(connection, run_id)
    release = releases.load(connection)
    if run is None or release is None:
        return None
    work = Work(connection, release, SYSTEM, now, _cause(run))
    workflow = work.model.workflows.get(run["workflow"])
    found = connection.execute(sa.select(change).where(change.c.id == run["change"])).mappings().first()
    if workflow is None or found is None or release.tables.named(run["entity"]) is None:
        gone = Reason("The rule, or what started it, is not there any more.")
        _end(connection, run_id, now, tables.STOPPED, tables.reason_text(gone))
        return tables.STOPPED
    moment = Moment(work, read_change(work, found))
    actor = _actor(work, workflow, run["actor"], moment.user)
    moment.work = Work(connection, release, actor, now, work.cause)
    reason = None
    status = tables.DONE
    try:
        _take(workflow.steps, workflow, run_id, moment, taken)
    except Stop as stop:
        status, reason = tables.STOPPED, str(stop) or None
    taken.write(connection, run_id)
    _end(connection, run_id, taken.clock(now), status, reason, release.number)
    return status


def _take(
    steps: Iterable[Mapping[str, Any]], workflow: Workflow, run_id: UUID, moment: Moment, taken: Steps, inside: str = ""
) -> None:
    """Takes the steps in order. What cannot be done is noted before it ends the run."""
    now = moment.work.now
    for number, step in enumerate(steps, 1):
        position = f"{inside}{number}"
        acting = Acting(workflow, run_id, moment, position)
        if step.get("if") is not None and not step["if"].holds(acting.scope):
            taken.note(step, position, now, "skipped", result=Reason("its condition does not hold").text)
        elif step["kind"] == "choose":
            _choose(step, acting, taken)
        else:
            _perform(step, acting, taken)


def _perform(step: Mapping[str, Any], acting: Acting, taken: Steps) -> None:
    now = acting.work.now
    try:
        done: Done = step_kinds()[step["kind"]].perform(step, acting)
    except Stop as stop:
        taken.note(step, acting.position, now, "done", result=str(stop) or None)
        raise
    except Exception as error:
        taken.note(step, acting.position, now, "failed", error=_why(error), input=_attempted(step, acting))
        raise
    status, result = ("skipped", done.skipped.text) if done.skipped else ("done", done.result)
    taken.note(step, acting.position, now, status, input=done.input, result=result)
    if step.get("as"):
        acting.moment.results[step["as"]] = done.binds if done.binds is not None else done.result


def _choose(step: Mapping[str, Any], acting: Acting, taken: Steps) -> None:
    for number, (condition, steps) in enumerate(step["cases"], 1):
        if condition is None or condition.holds(acting.scope):
            taken.note(step, acting.position, acting.work.now, "done", result={"case": number})
            _take(steps, acting.workflow, acting.run, acting.moment, taken, f"{acting.position}.{number}.")
            return
    taken.note(step, acting.position, acting.work.now, "skipped", result=Reason("no case holds").text)


def _attempted(step: Mapping[str, Any], acting: Acting) -> Any:
    """The values of a step that failed, as far as they can be worked out."""
    try:
        entity = step.get("entity")
        return acting.written(acting.values(step["values"], entity), entity) if entity else None
    except Exception:
        return None


def _held(connection: sa.Connection, run_id: UUID) -> Mapping[str, Any] | None:
    """The run's row, held to the end of the transaction; None when another worker is at it or it has ended."""
    statement = sa.select(tables.run).where(tables.run.c.id == run_id, tables.run.c.status == tables.DUE)
    return connection.execute(statement.with_for_update(skip_locked=True)).mappings().first()


def _cause(run: Mapping[str, Any]) -> Cause:
    chain = (*run["cause"].get("chain", ()), run["workflow"])
    return Cause(origin="workflow", run=str(run["id"]), depth=len(chain), chain=chain)


def _actor(work: Work, workflow: Workflow, user_id: UUID | None, user: Mapping[str, Any] | None) -> Actor:
    if workflow.run_as != "actor" or user_id is None:
        return system_for(user)
    actor = actor_of_user(work.connection, user_id, work.release)
    if actor is None:
        raise CannotDo("the one whose rights count has no account any more")
    return actor


def _end(
    connection: sa.Connection, run_id: UUID, now: datetime, status: str, reason: str | None, release: int | None = None
) -> None:
    values: dict[str, Any] = {"status": status, "reason": reason, "due": None, "ended_at": now}
    if release is not None:
        values["release"] = release
    connection.execute(tables.run.update().where(tables.run.c.id == run_id).values(values))


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


def _why(error: Exception) -> Reason:
    if isinstance(error, Missing):
        return Reason("the record is not there any more")
    if isinstance(error, Stale):
        return Reason("the record was changed by somebody else meanwhile")
    if isinstance(error, Refused):
        return reason_of(error.problems)
    if isinstance(error, Forbidden | CannotDo):
        return error.reason
    return Reason(f"{type(error).__name__}: {error}")
