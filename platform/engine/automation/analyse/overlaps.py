"""Overlaps: two rules that write one field when one thing happens, and one that takes away what another waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

from customary.engine.automation.analyse.effects import UPDATED, Effect, effects
from customary.engine.automation.analyse.facts import UNKNOWN, Facts, known_of
from customary.engine.automation.analyse.rule import Rule, Taken
from customary.engine.expressions.decide import NOT_TRUE, TRUE
from customary.engine.model.model import Model
from customary.engine.problem import Problems

OPPOSITE = {TRUE: NOT_TRUE, NOT_TRUE: TRUE}
REMEDY = "Change one of the two, or take this rule out."
CHANGING = ("changed", "updated", "crosses", "entered", "left")


def check_overlaps(model: Model, rules: Sequence[Rule], problems: Problems) -> None:
    """Adds a warning where two rules get in each other's way."""
    written = {each.name: [one for one in effects(model, each) if one.own and one.kind == UPDATED] for each in rules}
    by_entity: dict[str, list[Rule]] = {}
    for each in rules:
        by_entity.setdefault(each.workflow.entity, []).append(each)
    for together in by_entity.values():
        for one, other in combinations(together, 2):
            _check_twice(one, other, written, problems)
        for one, other in permutations(together, 2):
            if one.workflow.before:
                _check_dead(one, other, written[one.name], problems)


def _check_twice(one: Rule, other: Rule, written: Mapping[str, Sequence[Effect]], problems: Problems) -> None:
    if one.workflow.before != other.workflow.before:
        return
    for first in written[one.name]:
        for second in written[other.name]:
            both = [name for name in second.values if name in first.values and _differ(first, second, name)]
            if both and _meet(one, first, other, second):
                summary = f"“{both[0]}” is written by rule {one.name} as well when the same happens"
                remedy = "Let their conditions exclude each other, or make one workflow of them."
                problems.warn(second.taken.place, summary, remedy)
                return


def _differ(first: Effect, second: Effect, name: str) -> bool:
    one, other = first.values[name], second.values[name]
    return one is UNKNOWN or other is UNKNOWN or one != other


def _meet(one: Rule, first: Effect, other: Rule, second: Effect) -> bool:
    """Whether one event may lead to both; False is certain."""
    demands = (*one.where, *first.taken.demands, *other.where, *second.taken.demands)
    return any(start.allow(*demands) for start in _shared(one, other))


def _shared(one: Rule, other: Rule) -> Iterator[Facts]:
    """What is certain after those triggers of one rule that come with one of another."""
    for mine, start in zip(one.workflow.triggers, one.starts, strict=True):
        if any(_coincide(mine, theirs) for theirs in other.workflow.triggers):
            yield start


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


def _check_dead(one: Rule, other: Rule, written: Sequence[Effect], problems: Problems) -> None:
    """A rule before the save is done when others look: what it sets or refuses may be all that they ask for."""
    starts = [each for each in other.starts if each.allow(*other.where)]
    if not (other.where and starts and all(_covers(one, each) for each in other.workflow.triggers)):
        return
    place = other.body.place_of("where")
    refusing = [each for each in one.steps if each.step["kind"] == "refuse"]
    if any(_takes_all(one, each, other, starts) for each in refusing):
        summary = f"rule {one.name} refuses whatever this condition asks for, so that nothing is left that fulfils it"
        problems.warn(place, summary, REMEDY)
    elif _is_overwritten(one, other, starts, written):
        problems.warn(place, f"after rule {one.name}, which comes before the save, this condition never holds", REMEDY)


def _takes_all(one: Rule, refusing: Taken, other: Rule, starts: Sequence[Facts]) -> bool:
    """Whether a step refuses all that another rule asks for."""
    passed_by = [(node, OPPOSITE[demand]) for node, demand in (*one.where, *refusing.demands)]
    return not any(start.allow(*other.where, each) for each in passed_by for start in starts)


def _is_overwritten(one: Rule, other: Rule, starts: Sequence[Facts], written: Sequence[Effect]) -> bool:
    """Whether what a rule sets in any case excludes what another asks for."""
    left = [known_of({name: value for each in written if each.taken.always for name, value in each.values.items()})]
    passed_by = [(node, OPPOSITE[demand]) for node, demand in one.where]
    return not any(start.allow(*other.where, known=left) for start in starts) and not any(
        start.allow(*other.where, each) for each in passed_by for start in starts
    )


def _covers(one: Rule, trigger: Mapping[str, Any]) -> bool:
    return any(
        _coincide(each, trigger) and each["kind"] in ("updated", trigger["kind"]) for each in one.workflow.triggers
    )
