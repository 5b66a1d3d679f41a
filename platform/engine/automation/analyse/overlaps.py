"""Overlaps: two rules that write one field when one thing happens, and one that takes away what another waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

from customary.engine.automation.analyse.effects import UPDATED, Effect, effects
from customary.engine.automation.analyse.facts import UNKNOWN, Facts, known_of
from customary.engine.automation.analyse.rule import Rule, Taken
from customary.engine.automation.analyse.together import coincide, together
from customary.engine.expressions.decide import NOT_TRUE, TRUE
from customary.engine.model.model import Model
from customary.engine.problem import Problems

OPPOSITE = {TRUE: NOT_TRUE, NOT_TRUE: TRUE}
REMEDY = "Change one of the two, or take this rule out."


def check_overlaps(model: Model, rules: Sequence[Rule], problems: Problems) -> None:
    """Adds a warning where two rules get in each other's way."""
    written = {each.name: [one for one in effects(model, each) if one.own and one.kind == UPDATED] for each in rules}
    by_entity: dict[str, list[Rule]] = {}
    for each in rules:
        by_entity.setdefault(each.workflow.entity, []).append(each)
    for siblings in by_entity.values():
        for one, other in combinations(siblings, 2):
            _check_twice(model, one, other, written, problems)
        for one, other in permutations(siblings, 2):
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
    return any(facts.allow(*demands) for facts in together(model, one, other))


def _check_dead(model: Model, one: Rule, other: Rule, written: Sequence[Effect], problems: Problems) -> None:
    """A rule before the save is done when others look: what it sets or refuses may be all that they ask for."""
    starts = [each for each in other.starts if each.allow(*other.where)]
    if not (other.where and starts and all(_covers(model, one, each) for each in other.workflow.triggers)):
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


def _covers(model: Model, one: Rule, trigger: Mapping[str, Any]) -> bool:
    """Whether a rule before the save is held whenever a trigger comes."""
    mine = (each for each in one.workflow.triggers if each["kind"] in ("updated", trigger["kind"]))
    return any(coincide(model, each, trigger) for each in mine)
