"""Rights: what people may do who start a rule that acts with their rights."""

from __future__ import annotations

from collections.abc import Iterator

from customary.engine.access.access import allows_move
from customary.engine.automation.analyse.effects import CALLED, CREATED, DELETED, Effect, effects
from customary.engine.automation.analyse.rule import Rule
from customary.engine.model.model import Model
from customary.engine.model.role import Grant, Role
from customary.engine.problem import Problems

_ACTS = {CREATED: "create", DELETED: "delete"}
_STARTS = {
    "created": "create",
    "imported": "import",
    "deleted": "delete",
    "archived": "delete",
    "restored": "delete",
    **dict.fromkeys(("updated", "changed", "entered", "left", "crosses"), "update"),
}
CLOSED = ("hidden", "read_only", "on_create")


def check_rights(model: Model, rule: Rule, problems: Problems) -> None:
    """Adds a warning for each step that some of those who may start the rule may not do."""
    if rule.workflow.run_as != "actor":
        return
    starting = [role for role in model.roles.values() if not (role.admin or role.deny) and _may_start(role, rule)]
    for effect in (each for each in effects(model, rule) if each.kind != CALLED):
        lacking = {role.name: why for role in starting if (why := _lacks(model, role, effect))}
        if lacking:
            who, what = ", ".join(sorted(lacking)), next(iter(lacking.values()))
            summary = f"who is only {who} may start this rule, and may not {what}: the run fails then"
            problems.warn(effect.taken.place, summary, "Grant it to the role, or leave out run_as: the system may.")


def _may_start(role: Role, rule: Rule) -> bool:
    return any(act is None or _may(role, entity, act) for entity, act in _starting(role, rule))


def _starting(role: Role, rule: Rule) -> Iterator[tuple[str, str | None]]:
    """What somebody does to start a rule: an act on records of an entity, or None for a button that the role has."""
    for trigger in rule.workflow.triggers:
        if trigger["kind"] == "button":
            yield from (("", None),) if rule.name in role.buttons else ()
        elif trigger["kind"] == "related":
            yield from ((trigger["child"], act) for act in ("create", "update", "delete"))
        elif trigger["kind"] in _STARTS:
            yield trigger["entity"], _STARTS[trigger["kind"]]


def _lacks(model: Model, role: Role, effect: Effect) -> str:
    """What a role may not do of an effect; "" where it may."""
    act = _ACTS.get(effect.kind, "update")
    if not _may(role, effect.entity, act):
        return f"{act} {effect.entity}"
    grant, closed = _grant(role, effect.entity), CLOSED if act == "update" else CLOSED[:2]
    field = next((name for name in effect.values if grant is not None and grant.fields.get(name) in closed), None)
    if field is None and act == "update" and _is_kept_out(model, role, effect):
        return f"move {effect.entity} to {effect.values['stage']}"
    return f"write {effect.entity}.{field}" if field is not None else ""


def _is_kept_out(model: Model, role: Role, effect: Effect) -> bool:
    """Whether a role names the moves of a pipeline, and none to the stage that is written."""
    stage = effect.values.get("stage")
    pipelines = [each for each in model.entities[effect.entity].pipelines if stage in each.stages]
    moves = ((role.pipelines.get(each.name), source) for each in pipelines for source in each.stages)
    return bool(pipelines) and not any(allows_move(rights, source, stage) for rights, source in moves)


def _may(role: Role, entity: str, act: str) -> bool:
    grant = _grant(role, entity)
    return grant is not None and not grant.deny and grant.rule(act) is not False


def _grant(role: Role, entity: str) -> Grant | None:
    return role.entities.get(entity, role.entities.get("*"))
