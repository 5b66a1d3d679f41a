"""Beginning a run: where its condition holds and nothing keeps it from running, it is due at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from customary.engine.automation import tables
from customary.engine.automation.moment import Moment
from customary.engine.automation.running.guard import Often, has_run, names_paused, why_limited, why_loop, with_labels
from customary.engine.automation.watching.alarm import tell_admins
from customary.engine.model.workflow import Workflow
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work
from customary.engine.words import Reason

log = logging.getLogger("customary.automation")


def begin(workflow: Workflow, moment: Moment) -> UUID | None:
    """Writes the run of a workflow for what happened; one that the guard stops, or that cannot begin, says so.

    Gives its id, None where the condition does not hold or the rule has run often enough.
    """
    try:
        # A condition that breaks in the database must not take the other rules with it.
        with moment.work.connection.begin_nested():
            if workflow.where is not None and not workflow.where.holds(moment.scope()):
                return None
    except Exception as error:
        log.exception("Workflow %s could not look at %s %s", workflow.name, moment.entity, moment.id)
        return fail(workflow, moment, error)
    return next(iter(begin_all(moment.work, [(workflow, moment)])), None)


def begin_all(work: Work, looks: Iterable[tuple[Workflow, Moment]]) -> list[UUID]:
    """Writes the runs of workflows whose conditions hold, in their order, and gives their ids."""
    looks = list(looks)
    often, later, ids, paused = Often(work, looks), [], [], names_paused(work) if looks else ()
    for workflow, moment in looks:
        if has_run(workflow, moment):
            continue
        row = _run(workflow, moment, _stopped(workflow, moment, often))
        if row["status"] == tables.DUE and workflow.name in paused:
            row["status"] = tables.HELD
        ids.append(row["id"])
        if workflow.limits:
            # Written at once, for its limits count the runs of these looks too.
            work.connection.execute(tables.run.insert(), row)
        else:
            later.append(row)
    if later:
        work.connection.execute(tables.run.insert(), later)
    return ids


def fail(workflow: Workflow, moment: Moment, error: Exception) -> UUID:
    """Writes down that a workflow could not look at what happened."""
    reason = Reason("its condition could not be worked out: {why}", {"why": str(error)})
    row = _run(workflow, moment, reason, tables.FAILED)
    moment.work.connection.execute(tables.run.insert(), row)
    return row["id"]


def _stopped(workflow: Workflow, moment: Moment, often: Often) -> Reason | None:
    """Why the guard stops it, or None. Of a loop the admins are told."""
    loop = why_loop(workflow, moment, often)
    if loop is not None:
        tell_admins(moment.work, workflow, with_labels(moment.work.model, loop), moment)
    return loop or why_limited(workflow, moment)


def _run(workflow: Workflow, moment: Moment, reason: Reason | None, status: str = tables.STOPPED) -> dict[str, Any]:
    work, found = moment.work, moment.change
    return {
        "id": new_id(),
        "workflow": workflow.name,
        "release": work.release.number,
        "change": found.id,
        "entity": work.release.tables.code(moment.entity) if moment.entity else "",
        "record": moment.id,
        "actor": found.actor,
        "cause": dict(found.cause),
        "status": status if reason else tables.DUE,
        "cursor": 0,
        "results": {},
        "reason": tables.reason_text(reason) if reason else None,
        "at": work.now,
        "due": None if reason else work.now,
        "attempts": 0,
        "ended_at": work.now if reason else None,
    }
