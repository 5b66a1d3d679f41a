"""Together: which triggers of two rules may come with one event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from customary.engine.automation.analyse.facts import Facts
from customary.engine.automation.analyse.rule import Rule
from customary.engine.model.model import Model

_CHANGING = ("changed", "updated", "crosses", "entered", "left")
_ALONE = ("button", "webhook", "called", "email", "message", "web_form")
"""Kinds of which each rule has its own."""


def together(model: Model, one: Rule, other: Rule) -> Iterator[Facts]:
    """What is certain after an event that starts both rules, for each two of their triggers that may come with one."""
    mine, theirs = (zip(each.workflow.triggers, each.starts, strict=True) for each in (one, other))
    for (first, start), (second, after) in product(mine, theirs):
        if first == second and coincide(model, first, second):
            yield start
        elif coincide(model, first, second):
            facts = Facts(start.always, start.happened + after.happened)
            if facts.allow(known=facts.ways):
                yield facts


def coincide(model: Model, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two triggers may come with one event, as far as their kinds tell."""
    by_kind = {one["kind"]: one, other["kind"]: other}
    match sorted((one["kind"], other["kind"])):
        case [kind, same] if kind == same:
            return (
                one["field"] == other["field"]
                if kind in ("changed", "crosses")
                else one == other and kind not in _ALONE
            )
        case ["created", "imported"]:
            return True
        case ["created", "entered"]:
            entered = by_kind["entered"]
            return model.pipelines[entered["pipeline"]].first.name == entered["stage"]
        case ["changed", "crosses"]:
            return one["field"] == other["field"]
        case ["changed", "entered" | "left"]:
            return by_kind["changed"]["field"] == "stage"
        case ["entered", "left"]:
            move = (by_kind["left"]["stage"], by_kind["entered"]["stage"])
            return move in model.pipelines[by_kind["entered"]["pipeline"]].pairs
        case kinds:
            return "updated" in kinds and all(each in _CHANGING for each in kinds)
