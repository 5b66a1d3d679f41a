"""Overlaps: two rules that write one field when one thing happens, and one that takes away what another waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

from customary.engine.automation.analyse.conditions import known_after
from customary.engine.automation.analyse.effects import UPDATED, Effect, effects
from customary.engine.automation.analyse.rule import UNKNOWN, Rule, known_of
from customary.engine.expressions.decide import NOT_TRUE, possible
from customary.engine.model.model import Model
from customary.engine.problem import Problems

CHANGING = ("changed", "updated", "crosses", "entered", "left")


def check_overlaps(model: Model, rules: Sequence[Rule], problems: Problems) -> None:
    """Adds a warning where two rules get in each other's way."""
    written = {each.name: [one for one in effects(model, each) if one.own and one.kind == UPDATED] for each in rules}
    by_entity: dict[str, list[Rule]] = {}
    for each in rules:
        by_entity.setdefault(each.workflow.entity, []).append(each)
    for together in by_entity.values():
        for one, other in combinations(together, 2):
            _check_twice(model, one, other, written, problems)
        for one, other in permutations(together, 2):
            if one.workflow.before:
                _check_dead(model, one, other, written[one.name], problems)


def _check_twice(
    model: Model, one: Rule, other: Rule, written: Mapping[str, Sequence[Effect]], problems: Problems
) -> None:
    if one.workflow.before != other.workflow.before:
        return
    for first in written[one.name]:
        for second in written[other.name]:
            both = [name for name in second.values if name in first.values and _differ(first, second, name)]
            if both and _meet(model, one, first, other, second):
                summary = f"“{both[0]}” is written by rule {one.name} as well when the same happens"
                remedy = "Let their conditions exclude each other, or make one workflow of them."
                problems.warn(second.taken.place, summary, remedy)
                return


def _differ(first: Effect, second: Effect, name: str) -> bool:
    one, other = first.values[name], second.values[name]
    return one is UNKNOWN or other is UNKNOWN or one != other


def _meet(model: Model, one: Rule, first: Effect, other: Rule, second: Effect) -> bool:
    """Whether one event may lead to both; False is certain."""
    demands = (*one.where, *first.taken.demands, *other.where, *second.taken.demands)
    return any(possible(*demands, known=known_after(model, each)) for each in _shared(one, other))


def _shared(one: Rule, other: Rule) -> Iterator[Mapping[str, Any]]:
    """The triggers of one rule that come with one of another."""
    for mine in one.workflow.triggers:
        if any(_coincide(mine, theirs) for theirs in other.workflow.triggers):
            yield mine


def _coincide(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    kinds = (mine["kind"], theirs["kind"])
    if "updated" in kinds and all(each in CHANGING for each in kinds):
        return True
    if kinds[0] != kinds[1]:
        return set(kinds) == {"created", "imported"}
    if kinds[0] == "changed":
        agree = all(mine[key] == theirs[key] for key in ("from", "to") if key in mine and key in theirs)
        return mine["field"] == theirs["field"] and agree
    return mine == theirs and kinds[0] not in ("button", "webhook", "called", "email", "message", "web_form")


def _check_dead(model: Model, one: Rule, other: Rule, written: Sequence[Effect], problems: Problems) -> None:
    """A rule before the save is done when others look: what it sets in any case may be what they exclude."""
    sure = [each for each in written if each.taken.always]
    if not other.where or not sure or not all(_covers(one, each) for each in other.workflow.triggers):
        return
    left = known_of({name: value for each in sure for name, value in each.values.items()})
    triggers = [known_after(model, each) for each in other.workflow.triggers]
    alive = any(possible(*other.where, known=each) for each in triggers)
    after = any(possible(*other.where, known={**each, **left}) for each in triggers)
    passed_by = one.where and any(possible(*other.where, (one.where[0][0], NOT_TRUE), known=each) for each in triggers)
    if alive and not after and not passed_by:
        summary = f"after rule {one.name}, which comes before the save, this condition never holds"
        problems.warn(other.body.place_of("where"), summary, "Change one of the two, or take this rule out.")


def _covers(one: Rule, trigger: Mapping[str, Any]) -> bool:
    return any(
        _coincide(each, trigger) and each["kind"] in ("updated", trigger["kind"]) for each in one.workflow.triggers
    )
