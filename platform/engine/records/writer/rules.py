"""Rules before the save: they set fields, share work out or refuse, on the record as it is about to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.model.entities.default import value_of
from customary.engine.model.workflow import Workflow
from customary.engine.records.deciding.candidates import candidates
from customary.engine.records.deciding.turns import following, give_turn, take_turn
from customary.engine.records.writer import lines, stages
from customary.engine.records.writer.accept import coerced
from customary.engine.records.writer.draft import Draft
from customary.engine.words import Reason, Words


def settle(draft: Draft) -> None:
    """Drafts the child rows, with their own rules, and holds the rules of the record in their order.

    Each sees what those before it have set. What is refused is noted, so that it is told with all else that is wrong.
    """
    lines.draft_children(draft)
    if not draft.shape.rules:
        return
    given, draft.scope.bindings["record"] = draft.given, draft.scope.record
    for rule in draft.shape.rules:
        if _begins(rule, draft):
            _take(rule, rule.steps, draft)
    if draft.given is not given and draft.entered is None:
        stages.keep_locks(draft)


def _begins(rule: Workflow, draft: Draft) -> bool:
    happened = any(_TRIGGERS[trigger["kind"]](trigger, draft) for trigger in rule.triggers)
    return happened and (rule.where is None or rule.where.holds(draft.scope))


# What happens to the record


def _created(trigger: Mapping[str, Any], draft: Draft) -> bool:
    return draft.is_new


def _updated(trigger: Mapping[str, Any], draft: Draft) -> bool:
    return not draft.is_new and (bool(draft.changes) or lines.changed(draft))


def _changed(trigger: Mapping[str, Any], draft: Draft) -> bool:
    name = trigger["field"]
    if draft.is_new or not draft.changed(name):
        return False
    each, sides = draft.shape.entered[name], (("from", draft.before), ("to", draft.after))
    return all(_json(each, trigger[key]) == _json(each, values.get(name)) for key, values in sides if key in trigger)


def _json(each: Field, value: Any) -> Any:
    return None if value is None else each.to_json(value)


def _entered(trigger: Mapping[str, Any], draft: Draft) -> bool:
    return _moves_in(trigger, draft) and draft.entered[1] == trigger["stage"]


def _left(trigger: Mapping[str, Any], draft: Draft) -> bool:
    return _moves_in(trigger, draft) and not draft.is_new and draft.before.get("stage") == trigger["stage"]


def _moves_in(trigger: Mapping[str, Any], draft: Draft) -> bool:
    return draft.entered is not None and draft.entered[0].name == trigger["pipeline"]


def _archived(trigger: Mapping[str, Any], draft: Draft) -> bool:
    return not draft.is_new and draft.before["archived_at"] is None and draft.after["archived_at"] is not None


_TRIGGERS: Mapping[str, Callable[[Mapping[str, Any], Draft], bool]] = {
    "created": _created,
    "updated": _updated,
    "changed": _changed,
    "entered": _entered,
    "left": _left,
    "archived": _archived,
}

# What is done


def _take(rule: Workflow, steps: Iterable[Mapping[str, Any]], draft: Draft, inside: str = "") -> bool:
    """Takes the steps in order, and says whether the rule goes on: a refusal ends it."""
    for number, step in enumerate(steps, 1):
        if step["as"]:
            draft.scope.bindings[step["as"]] = None
        if step["if"] is not None and not step["if"].holds(draft.scope):
            continue
        if not _STEPS[step["kind"]](rule, step, draft, f"{inside}{number}"):
            return False
    return True


def _set(rule: Workflow, step: Mapping[str, Any], draft: Draft, position: str) -> bool:
    values = {name: value_of(given, draft.scope) for name, given in step["values"].items()}
    for name, value in values.items():
        each = draft.shape.entered[name]
        _put(draft, each, _linked(each, value, step["values"][name]))
    return True


def _assign(rule: Workflow, step: Mapping[str, Any], draft: Draft, position: str) -> bool:
    among = step["among"]
    named = tuple(str(value_of(each, draft.scope)) for each in among) if isinstance(among, tuple) else among
    users = candidates(draft.work, named)
    if users:
        key = f"{rule.name}/{position}"
        chosen = following(users, take_turn(draft.work, key))
        give_turn(draft.work, key, chosen)
        _put(draft, draft.shape.entered[step["field"]], chosen)
        if step["as"]:
            draft.scope.bindings[step["as"]] = draft.scope.find(draft.work.model.playing("user").name, chosen)
    return True


def _refuse(rule: Workflow, step: Mapping[str, Any], draft: Draft, position: str) -> bool:
    told = Words({language: text.render(draft.scope) for language, text in step["message"].items()})
    draft.refuse_because(step["field"], Reason("{message}", {"message": told}))
    return False


def _choose(rule: Workflow, step: Mapping[str, Any], draft: Draft, position: str) -> bool:
    for number, (condition, steps) in enumerate(step["cases"], 1):
        if condition is None or condition.holds(draft.scope):
            return _take(rule, steps, draft, f"{position}.{number}.")
    return True


_STEPS: Mapping[str, Callable[[Workflow, Mapping[str, Any], Draft, str], bool]] = {
    "set": _set,
    "assign": _assign,
    "refuse": _refuse,
    "choose": _choose,
}


def _put(draft: Draft, each: Field, value: Any) -> None:
    """The value stands in the draft as if it had been given: what is required of it and checked is, all the same."""
    draft.after[each.name] = coerced(draft, each, value)
    draft.given = {**draft.given, each.name: draft.after[each.name]}


def _linked(each: Field, value: Any, given: Any) -> Any:
    """A record by its id, where the field leads to several entities, with the entity that it is of."""
    return AnyLink(given.type.entity, value) if each.points == "any" and isinstance(value, UUID) else value
