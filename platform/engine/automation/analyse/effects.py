"""Effects: what the steps of a rule write, and which rules are started by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.automation.analyse.facts import UNKNOWN, Facts, constant, known_of
from customary.engine.automation.analyse.rule import Rule, Taken
from customary.engine.expressions.decide import Way, both, own, ways
from customary.engine.model.dependence import nothing_kept, readings
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model

CREATED, UPDATED, DELETED, CALLED = "created", "updated", "deleted", "called"
_OWN = ("set", "move", "convert")
_VERBS = {CREATED: "makes", DELETED: "deletes", CALLED: "runs"}
_ONE_FIELD = ("assign", "tag", "follow")
_MAKING = ("create", "task", "copy", "upsert")


@dataclass(frozen=True)
class Effect:
    """What a step does to records of an entity; `values` are UNKNOWN where only a run knows them.

    Of a step that runs another workflow, `entity` is the name of that.
    """

    kind: str
    entity: str
    values: Mapping[str, Any]
    own: bool
    taken: Taken

    def __str__(self) -> str:
        """In a sentence about the rule."""
        if self.kind == UPDATED:
            return f"sets {', '.join(f'{self.entity}.{name}' for name in self.values)}"
        return f"{_VERBS[self.kind]} {self.entity}"


def effects(model: Model, rule: Rule) -> list[Effect]:
    """What all steps of a rule write."""
    return [effect for taken in rule.steps for effect in effects_of(model, rule, taken)]


def effects_of(model: Model, rule: Rule, taken: Taken) -> Iterator[Effect]:
    """What one step writes, but for those inside it."""
    step, here = taken.step, rule.workflow.entity
    kind, entity = step["kind"], step.get("entity") or here
    values = {name: constant(each) for name, each in step.get("values", {}).items()}
    if kind in _ONE_FIELD:
        yield Effect(UPDATED, here, {step["field"]: UNKNOWN}, True, taken)
    elif kind == "run":
        yield Effect(CALLED, step["workflow"], {}, False, taken)
    elif kind == "ask" and step["fields"]:
        yield Effect(UPDATED, here, dict.fromkeys(step["fields"], UNKNOWN), True, taken)
    elif kind == "note" and (activity := model.playing("activity")) is not None:
        yield Effect(CREATED, activity.name, {"about": UNKNOWN}, False, taken)
    elif kind == "delete":
        yield Effect(DELETED, entity, {}, "record" not in step, taken)
    elif kind in _MAKING:
        yield Effect(CREATED, entity, values, False, taken)
        if kind == "upsert" and values:
            yield Effect(UPDATED, entity, values, False, taken)
    elif values and entity:
        yield Effect(UPDATED, entity, values, kind in _OWN, taken)
    if _has_tasks(model, entity, values.get("stage")) and (task := model.playing("task")) is not None:
        yield Effect(CREATED, task.name, {}, False, taken)
    for made, given in step.get("into", {}).items() if kind == "convert" else ():
        yield Effect(CREATED, made, {name: constant(each) for name, each in given.items()}, False, taken)


def _has_tasks(model: Model, entity: str, stage: Any) -> bool:
    """Whether entering a stage may make tasks."""
    if stage is None or entity not in model.entities:
        return False
    stages = [each for pipeline in model.entities[entity].pipelines for each in pipeline.stages.values()]
    return any(each.tasks for each in stages if stage in (each.name, UNKNOWN))


def starts(model: Model, rule: Rule, effect: Effect, other: Rule) -> bool:
    """Whether an effect of a rule may start another one again and again; False is certain."""
    if other.workflow.limits.get("once") and effect.kind != CREATED:
        return False  # For each record there is one run, and only new records would have no end.
    if effect.kind == CALLED:
        return effect.entity == other.name
    triggers = zip(other.workflow.triggers, other.starts, strict=True)
    matching = [(trigger, start) for trigger, start in triggers if _matches(model, effect, trigger)]
    return any(_may_hold(model, rule, effect, other, *each) for each in matching)


def _matches(model: Model, effect: Effect, trigger: Mapping[str, Any]) -> bool:
    kind, same = trigger["kind"], trigger["entity"] == effect.entity
    if kind == "related":
        field = trigger["field"]
        return trigger["child"] == effect.entity and (field is None or effect.kind != UPDATED or field in effect.values)
    if kind == "changed":
        return _changes(model, effect, trigger)
    if kind in (CREATED, UPDATED, DELETED):
        return same and effect.kind == kind
    if kind == "entered":
        first = UNKNOWN if effect.kind == UPDATED else model.pipelines[trigger["pipeline"]].first.name
        stage = effect.values.get("stage", first)
        written = effect.kind == CREATED or "stage" in effect.values
        return same and effect.kind != DELETED and written and stage in (UNKNOWN, trigger["stage"])
    if kind == "left":
        return same and effect.kind == UPDATED and effect.values.get("stage", trigger["stage"]) != trigger["stage"]
    if kind == "crosses":
        return effect.kind != DELETED and _writes(model, effect, trigger)
    return False


def _changes(model: Model, effect: Effect, trigger: Mapping[str, Any]) -> bool:
    """Whether the field of a record that was there may be another one now, and the one that is waited for."""
    if effect.kind == UPDATED and effect.entity == trigger["entity"] and trigger["field"] in effect.values:
        value = effect.values[trigger["field"]]
        return value is UNKNOWN or "to" not in trigger or trigger["to"] == value
    return _is_computed_from(model, effect, trigger)


def _writes(model: Model, effect: Effect, trigger: Mapping[str, Any]) -> bool:
    same = effect.entity == trigger["entity"] and trigger["field"] in effect.values
    return same or _is_computed_from(model, effect, trigger)


def _is_computed_from(model: Model, effect: Effect, trigger: Mapping[str, Any]) -> bool:
    """Whether the field that is watched is computed from what is written."""
    entity, field = trigger["entity"], trigger["field"]
    if model.entities[entity].fields[field].formula is None:
        return False
    for each in readings(model.entities, entity, field, nothing_kept) or ():
        read = each.steps[-1].to if each.steps else entity
        whole = effect.kind != UPDATED and bool(each.steps)
        if read == effect.entity and (whole or each.name in effect.values):
            return True
    return False


def _may_hold(model: Model, rule: Rule, effect: Effect, other: Rule, trigger: Mapping[str, Any], start: Facts) -> bool:
    about_it = trigger["kind"] != "related" and effect.entity == other.workflow.entity
    if not about_it or effect.kind == DELETED:
        return start.allow(*other.where)
    return start.allow(*other.where, known=_left(model, rule, effect))


def _left(model: Model, rule: Rule, effect: Effect) -> list[Way]:
    """What is known of the record after the step: what was written, and of its own record what the rule asked for."""
    if not effect.own:
        return [known_of(effect.values)]
    fields = {name for taken in rule.steps for name in taken.step.get("values", {})} | set(effect.values)
    return both(
        _stays(rule, fields, model.entities[effect.entity]), [known_of({**_beside(rule, effect), **effect.values})]
    )


def _stays(rule: Rule, written: set[str], entity: Entity) -> list[Way]:
    """What the condition of a rule still says of its record after some fields of it were written."""
    plain = {own(name) for name, each in entity.fields.items() if each.formula is None and name not in written}
    return [{key: bounds for key, bounds in way.items() if key in plain} for way in ways(*rule.where)]


def _beside(rule: Rule, effect: Effect) -> dict[str, Any]:
    """What other steps write with it in any case, before anybody looks: those between the same two waits."""
    mine = effect.taken
    with_it = (
        each for each in rule.steps if each.step["kind"] in ("set", "move") and each.always and each.part == mine.part
    )
    found: dict[str, Any] = {}
    for each in with_it:
        found |= {name: constant(value) for name, value in each.step["values"].items()}
    others = [each.step["values"] for each in rule.steps if not each.always and "values" in each.step]
    return {name: value for name, value in found.items() if not any(name in each for each in others)}
