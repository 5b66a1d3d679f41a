"""Beginning a run: where its condition holds and nothing keeps it from running, it is due at once."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from customary.engine.automation import tables
from customary.engine.automation.guard import has_run, why_not
from customary.engine.automation.moment import Moment
from customary.engine.model.model import Workflow
from customary.engine.records.identifier import new_id

log = logging.getLogger("customary.automation")


def begin(workflow: Workflow, moment: Moment) -> UUID | None:
    """Writes the run of a workflow for what happened; one that the guard stops, or that cannot begin, says so.

    Gives its id, None where the condition does not hold or the rule has run often enough.
    """
    work = moment.work
    try:
        # A condition that breaks in the database must not take the other rules with it.
        with work.connection.begin_nested():
            if not _holds(workflow, moment) or has_run(workflow, moment):
                return None
            reason, status = _stopped(workflow, moment), tables.STOPPED
    except Exception as error:
        log.exception("Workflow %s could not look at %s %s", workflow.name, moment.entity, moment.id)
        reason, status = f"its condition could not be worked out: {error}", tables.FAILED
    # Written at once, for the limits count the runs of this batch too.
    row = _run(workflow, moment, reason, status)
    work.connection.execute(tables.run.insert(), row)
    return row["id"]


def _holds(workflow: Workflow, moment: Moment) -> bool:
    return workflow.where is None or workflow.where.holds(moment.scope())


def _stopped(workflow: Workflow, moment: Moment) -> str | None:
    reason = why_not(workflow, moment)
    return tables.reason_text(reason) if reason else None


def _run(workflow: Workflow, moment: Moment, reason: str | None, status: str) -> dict[str, Any]:
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
        "reason": reason,
        "at": work.now,
        "due": None if reason else work.now,
        "attempts": 0,
        "ended_at": work.now if reason else None,
    }
