"""One workflow runs another: a run of its own in the same transaction, which may tell the first how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import Acting, CannotDo
from customary.engine.automation.moment import NO_RECORD, Moment
from customary.engine.automation.running.begin import begin
from customary.engine.automation.running.guard import Often, why_limited, why_loop
from customary.engine.automation.typed import told
from customary.engine.reasons import read_reason
from customary.engine.records.changes import Change
from customary.engine.records.identifier import new_id

CALLED_BY = "called_by"


def call(
    acting: Acting, name: str, about: tuple[str, UUID | None], inputs: Mapping[str, Any], waits: bool
) -> UUID | None:
    """Begins a run of a workflow and gives its id; None where its condition does not hold.

    Raises CannotDo where it may not run, as where so many have run each other in a row.
    """
    workflow = acting.work.model.workflows.get(name)
    if workflow is None:
        raise CannotDo("there is no workflow {name} any more", name=name)
    moment = Moment(acting.work, _called(acting, about, inputs, waits))
    often = Often(acting.work, [(workflow, moment)])
    if reason := why_loop(workflow, moment, often) or why_limited(workflow, moment):
        raise CannotDo("{name} cannot run: {reason}", name=name, reason=reason)
    return begin(workflow, moment)


def tell_caller(connection: sa.Connection, cause: Mapping[str, Any], at: datetime) -> None:
    """Lets the run go on that waits for the end of one, whose row has this `cause` and `at`."""
    if CALLED_BY not in cause:
        return
    run, (caller, position) = tables.run, cause[CALLED_BY]
    waits = (run.c.id == UUID(caller), run.c.status == tables.WAITING, run.c.position == position)
    connection.execute(run.update().where(*waits).values(due=at))


def outcome_of(acting: Acting) -> dict[str, Any]:
    """How the run ended that the step at hand has called and waits for."""
    step, run = tables.step, tables.run
    waiting = sa.select(step.c.input).where(step.c.run == acting.run, step.c.status == tables.WAITING)
    given = acting.work.connection.execute(waiting.where(step.c.position == acting.position)).scalar_one()
    found = sa.select(run.c.status, run.c.reason).where(run.c.id == UUID(given["run"]))
    row = acting.work.connection.execute(found).first()
    if row is None:
        return {"done": False, "status": None, "reason": None}
    reason = read_reason(row.reason)
    return {"done": row.status == tables.DONE, "status": row.status, "reason": str(reason) if reason else None}


def _called(acting: Acting, about: tuple[str, UUID | None], inputs: Mapping[str, Any], waits: bool) -> Change:
    work, (entity, id) = acting.work, about
    cause = {**work.cause.to_json(), "trigger": "called", "payload": told(inputs)}
    if waits:
        cause[CALLED_BY] = [str(acting.run), acting.position]
    actor, number = acting.moment.change.actor, work.release.number
    return Change(new_id(), work.now, entity, id or NO_RECORD, "called", {}, {}, actor, cause, number)
