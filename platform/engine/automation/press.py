"""Buttons: workflows that somebody starts by hand, where the condition holds and a role allows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.automation.begin import begin
from customary.engine.automation.moment import Moment, pressed
from customary.engine.model.model import Model, Workflow
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.select import get
from customary.engine.records.work import Work
from customary.engine.words import Reason


def buttons_of(model: Model, entity: str) -> tuple[Workflow, ...]:
    """All buttons on the records of an entity."""
    return tuple(each for each in model.workflows.values() if each.entity == entity and _is_button(each))


def buttons(work: Work, entity: str, record: Mapping[str, Any]) -> tuple[Workflow, ...]:
    """The buttons that the actor may press on a record as it is now."""
    allowed = tuple(each for each in buttons_of(work.model, entity) if work.access.may_press(each.name))
    if not allowed or record.get("archived_at") is not None:
        return ()
    scope = Moment(work, pressed(work, entity, record["id"])).scope()
    return tuple(each for each in allowed if each.where is None or each.where.holds(scope))


def press(work: Work, entity: str, id: UUID, name: str) -> UUID:
    """Begins a run of a button's workflow for a record and gives the run's id; a worker takes it at once.

    Raises Missing, Forbidden, or Refused where its condition does not hold.
    """
    workflow = work.model.workflows.get(name)
    if workflow is None or workflow not in buttons_of(work.model, entity):
        raise Missing(entity, id)
    record = get(work, entity, id)
    if not work.access.may_press(name):
        raise Forbidden(Reason("Your role does not allow this."))
    open_ = record.values.get("archived_at") is None
    run = begin(workflow, Moment(work, pressed(work, entity, id))) if open_ else None
    if run is None:
        label = work.model.entities[entity].label
        raise Refused([FieldProblem(None, Reason("is not one for “{label}” now", {"label": workflow.label}), label)])
    return run


def _is_button(workflow: Workflow) -> bool:
    return any(trigger["kind"] == "button" for trigger in workflow.triggers)
