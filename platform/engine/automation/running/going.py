"""One run in its transaction: from where it stands to its end, or to where it waits next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import CannotDo, Pause, Stop
from customary.engine.automation.moment import Moment, changes_behind, moment_of, started_by, system_for
from customary.engine.automation.running.begun import as_begun
from customary.engine.automation.running.calling import tell_caller
from customary.engine.automation.running.taking import Steps, Walk, write_logs
from customary.engine.automation.running.waiting import keep, kept, way
from customary.engine.model.workflow import Workflow
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.people.recognise import actor_of_user
from customary.engine.records import storage
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Release
from customary.engine.words import Reason

MOST_CLAIMS = 20
"""A run that was claimed so often and never came to an end takes its workers with it."""

GONE = Reason("The rule, or what started it, is not there any more.")
RECORD_GONE = Reason("The record is not there any more.")
TOO_MANY = Reason("It was begun {count} times, and each time the worker ended before it did.", {"count": MOST_CLAIMS})


@dataclass(frozen=True)
class Known:
    """What is known of several runs that are taken together: the rows of the changes that started them, and which of
    the records that they are about are there, by the codes of their entities."""

    changes: Mapping[UUID, Mapping[str, Any]]
    there: Mapping[str, set[UUID]]


def look_at(work: Work, runs: Collection[Mapping[str, Any]]) -> Known:
    """Reads for runs that are taken together what each would read for itself."""
    about: dict[str, set[UUID]] = defaultdict(set)
    for run in runs:
        about[run["entity"]].add(run["record"])
    named = ((code, work.release.tables.named(code), ids) for code, ids in about.items() if code)
    there = {code: storage.are_there(work, entity, ids) for code, entity, ids in named if entity}
    return Known(changes_behind(work.connection, runs), there)


@dataclass(frozen=True)
class Outcome:
    """What came of a run for now: its row as it was held, its log, and in what its row differs then."""

    run: Mapping[str, Any]
    log: Steps
    stands: Mapping[str, Any]

    @property
    def row(self) -> dict[str, Any]:
        return {"this": self.run["id"], **{name: self.run[name] for name in _STOOD}, **self.stands}


def go(
    connection: sa.Connection,
    release: Release,
    run: Mapping[str, Any],
    now: datetime,
    taken: Steps,
    known: Known | None = None,
) -> Outcome:
    """Takes the steps of a run whose row is held, and gives what came of it, to be written down.

    `taken` is its log, `known` what was read for it and others together.
    """
    taken.goes_on = bool(run["position"])
    if run["attempts"] > MOST_CLAIMS:
        return ended(run, taken, now, tables.FAILED, tables.reason_text(TOO_MANY))
    work = Work(connection, release, SYSTEM, now, cause_of(run["id"], run["workflow"], run["cause"]))
    workflow = as_begun(work, run)
    found = started_by(work, run, known and known.changes)
    if workflow is None or found is None:
        return ended(run, taken, now, tables.STOPPED, tables.reason_text(GONE))
    moment = moment_of(work, run, found, kept(work, run))
    if _is_over(moment, run, known):
        return ended(run, taken, now, tables.STOPPED, tables.reason_text(RECORD_GONE))
    actor = actor_of(work, workflow, run["actor"], moment.user)
    moment.work = Work(connection, release, actor, now, work.cause)
    begun = run if run["position"] else {**run, "release": release.number}
    return _walked(Walk(workflow, run["id"], moment, taken, *way(run)), begun)


def _is_over(moment: Moment, run: Mapping[str, Any], known: Known | None) -> bool:
    """Whether the record is gone that a run is about; what is to be done after it was deleted begins nevertheless."""
    begins = not run["position"]
    if not moment.entity or (begins and moment.change.kind == "deleted" and moment.about is None):
        return False
    if known is not None:
        return moment.id not in known.there.get(run["entity"], ())
    return not storage.is_there(moment.work, moment.entity, moment.id)


def _walked(walk: Walk, run: Mapping[str, Any]) -> Outcome:
    """Walks on to the end of the run, or to where it waits again."""
    log, now = walk.log, walk.moment.work.now
    try:
        walk.take(walk.workflow.steps)
    except Pause as pause:
        stands = {"status": tables.WAITING, "due": pause.until, "attempts": 0, "reason": None}
        stands |= {"position": log.rows[-1]["position"], "results": keep(walk.moment.work, walk.moment.results)}
        return Outcome(run, log, stands)
    except Stop as stop:
        return ended(run, log, log.clock(now), tables.STOPPED, str(stop) or None)
    return ended(run, log, log.clock(now), tables.DONE, None)


def ended(run: Mapping[str, Any], log: Steps, at: datetime, status: str, reason: str | None) -> Outcome:
    """A run that has come to its end."""
    return Outcome(run, log, {"status": status, "reason": reason, "due": None, "ended_at": at})


def write_down(connection: sa.Connection, outcomes: Sequence[Outcome]) -> None:
    """Writes where runs stand, with their logs; who waits for the end of one of them goes on."""
    write_logs(connection, {each.run["id"]: each.log for each in outcomes})
    if outcomes:
        connection.execute(_STANDS, [each.row for each in outcomes])
    for each in outcomes:
        if "ended_at" in each.stands:
            tell_caller(connection, each.run["cause"], each.run["at"])


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


_STOOD = ("status", "reason", "due", "ended_at", "release", "position", "results", "attempts")
_STANDS = tables.run.update().where(tables.run.c.id == sa.bindparam("this", type_=tables.run.c.id.type))
"""Made once, for each run asks it."""
