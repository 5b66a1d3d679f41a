"""Buttons: workflows that somebody starts by hand, where the condition holds and a role allows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from customary.engine.automation.moment import NO_RECORD, Moment, pressed
from customary.engine.automation.people.inputs import fitted
from customary.engine.automation.running.begin import begin
from customary.engine.fields.field import Field
from customary.engine.model.model import Model
from customary.engine.model.workflow import Workflow
from customary.engine.records.reader.select import get
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.words import Reason

ON_RECORDS = ("one", "many")
NOT_ALLOWED = Reason("Your role does not allow this.")


def buttons_of(model: Model, entity: str, on: Iterable[str] = ON_RECORDS) -> tuple[Workflow, ...]:
    """The buttons of an entity: on its records, for those chosen in its list (many), or beside it (none)."""
    return tuple(
        each for each in model.workflows.values() if (it := _button(each)) and it["at"] == entity and it["on"] in on
    )


def lone_buttons(work: Work) -> tuple[Workflow, ...]:
    """The buttons about no record that the actor may press now."""
    allowed = (each for name in work.model.entities for each in buttons_of(work.model, name, ("none",)))
    return tuple(each for each in allowed if work.access.may_press(each.name))


def buttons(work: Work, entity: str, record: Mapping[str, Any]) -> tuple[Workflow, ...]:
    """The buttons that the actor may press on a record as it is now."""
    allowed = tuple(each for each in buttons_of(work.model, entity) if work.access.may_press(each.name))
    if not allowed or record.get("archived_at") is not None:
        return ()
    scope = Moment(work, pressed(work, entity, record["id"])).scope()
    return tuple(each for each in allowed if _says(each) or each.where is None or each.where.holds(scope))


def inputs_of(workflow: Workflow) -> Mapping[str, Field]:
    """What a button asks for when it is pressed."""
    found = _button(workflow)
    return found["inputs"] if found else {}


def press(work: Work, entity: str, id: UUID, name: str, values: Mapping[str, Any] | None = None) -> UUID:
    """Begins a run of a button's workflow for a record and gives the run's id; a worker takes it at once.

    `values` are what it asks for. Raises Missing, Forbidden, or Refused where they do not fit or its condition does
    not hold.
    """
    workflow = _known(work, buttons_of(work.model, entity), name, entity, id)
    record = get(work, entity, id)
    _check_right(work, name)
    payload = fitted(inputs_of(workflow), values or {}, Moment(work, pressed(work, entity, id)).scope())
    open_ = record.values.get("archived_at") is None
    run = begin(workflow, Moment(work, pressed(work, entity, id, payload))) if open_ else None
    return run or _refuse(workflow, work.model.entities[entity].label)


def press_many(
    work: Work, entity: str, ids: Iterable[UUID], name: str, values: Mapping[str, Any] | None = None
) -> list[UUID]:
    """Begins a run for each of the records, or for none where one refuses; raises what `press` raises."""
    _known(work, buttons_of(work.model, entity, ("many",)), name, entity)
    return [press(work, entity, id, name, values) for id in dict.fromkeys(ids)]


def press_alone(work: Work, name: str, values: Mapping[str, Any] | None = None) -> UUID:
    """Begins a run of a button that is about no record; raises what `press` raises."""
    alone = (each for entity in work.model.entities for each in buttons_of(work.model, entity, ("none",)))
    workflow = _known(work, alone, name, "buttons")
    _check_right(work, name)
    payload = fitted(inputs_of(workflow), values or {}, Moment(work, pressed(work, "", NO_RECORD)).scope())
    return begin(workflow, Moment(work, pressed(work, "", NO_RECORD, payload))) or _refuse(workflow, workflow.label)


def _button(workflow: Workflow) -> Mapping[str, Any] | None:
    return next((trigger for trigger in workflow.triggers if trigger["kind"] == "button"), None)


def _says(workflow: Workflow) -> bool:
    """Whether its condition asks for what is said when it is pressed, so that nobody can tell before."""
    return workflow.where is not None and "payload" in workflow.where.text


def _known(work: Work, known: Iterable[Workflow], name: str, entity: str, id: UUID | None = None) -> Workflow:
    workflow = work.model.workflows.get(name)
    if workflow is None or workflow not in tuple(known):
        raise Missing(entity, id)
    return workflow


def _check_right(work: Work, name: str) -> None:
    if not work.access.may_press(name):
        raise Forbidden(NOT_ALLOWED)


def _refuse(workflow: Workflow, label: Any) -> UUID:
    raise Refused([FieldProblem(None, Reason("is not one for “{label}” now", {"label": workflow.label}), label)])
