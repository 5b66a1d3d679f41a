"""Because: why a rule did something for a record, or nothing, told from history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.rehearsal.matching import REFUSED, STARTS, Look, looks
from customary.engine.automation.rehearsal.outcome import Because, outcome
from customary.engine.automation.rehearsal.past import Past
from customary.engine.automation.rehearsal.times import timed_looks
from customary.engine.automation.running.guard import with_labels
from customary.engine.automation.watching.log import Run, input_of, runs_of
from customary.engine.model.workflow import Workflow
from customary.engine.records.changes import queue
from customary.engine.records.work import Work
from customary.engine.words import Reason

SINCE = timedelta(days=90)
MOST = 50

NOT_YET = Reason("Nobody has looked at this yet; it will be looked at within seconds.")
ONCE = Reason("The rule may run once for a record, and had run before (limits: once).")
RUNNING = Reason("As many runs as it may have at once were under way (limits: running).")
NOT_THEN = Reason("As the rule is now it would have started. It was not applied then, or said something else.")
BEFORE = Reason("The rule comes before the save: it acts within it, and has no runs.")


@dataclass(frozen=True)
class Told:
    """What a rule made of one thing that happened: a run, with why it was stopped or failed, or nothing and why."""

    look: Look
    because: Because
    run: Run | None = None
    why: Reason | None = None


def because(work: Work, workflow: Workflow, run: Run) -> Because:
    """How the condition of a run came out when it began, as today's rule says it."""
    change = input_of(work, run)
    if change is None or workflow.where is None or run.entity != workflow.entity:
        return Because()
    return outcome(Past(work, change.at), workflow, change, (run.entity, run.record))


def why(work: Work, workflow: Workflow, record: UUID, since: datetime | None = None) -> list[Told]:
    """What a rule made of what happened to a record, newest first."""
    past = Past(work, since or work.now - SINCE)
    found = [*looks(past, workflow, record), *timed_looks(past, workflow, work.now, record)]
    newest = sorted(found, key=lambda each: each.change.at, reverse=True)[:MOST]
    runs = {(run.change, run.record): run for run in _runs(work, workflow, record)}
    return [_told(past, workflow, each, runs.get((each.change.id, record))) for each in newest]


def _runs(work: Work, workflow: Workflow, record: UUID) -> list[Run]:
    return runs_of(work, workflow=workflow.name, record=record, limit=MOST * 10)


def _told(past: Past, workflow: Workflow, look: Look, run: Run | None) -> Told:
    asked = look.verdict in (STARTS, REFUSED)
    found = outcome(past, workflow, look.change, look.about) if asked else Because()
    if run is not None:
        return Told(look, found, run, with_labels(past.work.model, run.why) if run.why is not None else None)
    return Told(look, found, None, _why_not(past.work, workflow, look) if look.verdict == STARTS else None)


def _why_not(work: Work, workflow: Workflow, look: Look) -> Reason | None:
    """Why there is no run although the condition holds."""
    if workflow.before:
        return BEFORE
    waits = sa.select(queue.c.id).where(queue.c.change == look.change.id).limit(1)
    if work.connection.execute(waits).first() is not None:
        return NOT_YET
    if workflow.limits.get("once") and _ran_before(work, workflow, look):
        return ONCE
    return RUNNING if workflow.limits.get("running") else NOT_THEN


def _ran_before(work: Work, workflow: Workflow, look: Look) -> bool:
    run = tables.run
    mine = (run.c.workflow == workflow.name, run.c.record == look.about[1], run.c.at <= look.change.at)
    return work.connection.execute(sa.select(run.c.id).where(*mine).limit(1)).first() is not None
