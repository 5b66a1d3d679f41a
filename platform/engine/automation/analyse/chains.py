"""Chains: rules that start each other in a circle."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from customary.engine.automation.analyse.effects import Effect, effects, starts
from customary.engine.automation.analyse.rule import Rule
from customary.engine.model.model import Model
from customary.engine.problem import Problems

Links = Mapping[str, Mapping[str, Effect]]
"""By rule, which rules it may start, and by what it does."""

REMEDY = "Add a condition (where) that no longer holds once it has run; else the second run is stopped."


def check_chains(model: Model, rules: Sequence[Rule], problems: Problems) -> None:
    """Adds a warning for each circle, at the rule that is declared first in it."""
    links, told = links_of(model, rules), set()
    for rule in rules:
        way = _way_back(links, rule.name)
        if way is None or told & set(way):
            continue
        told |= set(way)
        summary = f"these rules may start each other for ever: {_said(links, way)}"
        if len(way) == 1:
            summary = f"this rule may start itself for ever: it {links[rule.name][rule.name]}"
        problems.warn(rule.place, summary, REMEDY)


def links_of(model: Model, rules: Sequence[Rule]) -> Links:
    """Which rules may start which. A rule before the save writes within the save that started it."""
    written = {each.name: effects(model, each) for each in rules}
    return {each.name: _started(model, each, written[each.name], rules) for each in rules}


def _started(model: Model, rule: Rule, written: Sequence[Effect], rules: Sequence[Rule]) -> dict[str, Effect]:
    found = {}
    for other in rules:
        if rule.workflow.before and other.workflow.before:
            continue
        effect = next((each for each in written if starts(model, rule, each, other)), None)
        if effect is not None:
            found[other.name] = effect
    return found


def _way_back(links: Links, name: str) -> list[str] | None:
    """The shortest way from a rule back to itself."""
    waiting, seen = deque([[name]]), {name}
    while waiting:
        way = waiting.popleft()
        if name in links[way[-1]]:
            return way
        for each in links[way[-1]]:
            if each not in seen:
                seen.add(each)
                waiting.append([*way, each])
    return None


def _said(links: Links, way: list[str]) -> str:
    pairs = zip(way, [*way[1:], way[0]], strict=True)
    told = [f"{one} {links[one][other]}" for one, other in pairs]
    return f"{' → '.join([*way, way[0]])} ({'; '.join(told)})"
