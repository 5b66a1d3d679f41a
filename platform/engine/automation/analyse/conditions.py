"""Conditions that never hold, or always do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from customary.engine.automation.analyse.rule import PLAIN, Demand, Rule, Taken
from customary.engine.expressions import Expression
from customary.engine.expressions.bounds import NULL, one_of
from customary.engine.expressions.decide import NOT_TRUE, TRUE, Key, Way, own, possible, ways
from customary.engine.expressions.meaning import Constant
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.problem import Problems
from customary.engine.text import node as text

ALWAYS = "Leave it out, or say what was meant."


def check_conditions(model: Model, rule: Rule, problems: Problems) -> None:
    """Adds a warning for each condition of a rule of which it is certain how it comes out."""
    body, workflow = rule.body, rule.workflow
    for key, condition in (("where", workflow.where), ("stop", workflow.stop)):
        if condition is not None:
            _check(condition, body.get(key), problems)
    for each in rule.steps:
        if each.step["if"] is not None:
            _check(each.step["if"], each.node.get("if"), problems)
        _check_cases(each, problems)
    if workflow.where is not None and possible(*rule.where):
        _check_starts(model, rule, problems)


def _check(condition: Expression, node: text.Node, problems: Problems) -> None:
    if isinstance(condition.node, Constant):
        return  # Who writes true or false means it.
    if not possible((condition.node, TRUE)):
        problems.warn(_place(node), "this condition can never hold", "Nothing fulfils all of it at once.")
    elif not possible((condition.node, NOT_TRUE)):
        problems.warn(_place(node), "this condition always holds", ALWAYS)


def _check_cases(taken: Taken, problems: Problems) -> None:
    """Cases that are never come to, because those before take all."""
    passed: list[Demand] = []
    nodes = taken.node.get("choose") if taken.step["kind"] == "choose" else ()
    for (condition, _), node in zip(taken.step.get("cases", ()), nodes, strict=False):
        wanted = [(condition.node, TRUE)] if condition is not None else []
        if condition is not None and not possible(*wanted):
            _check(condition, node.get("case"), problems)
        elif passed and not possible(*passed, *wanted):
            problems.warn(node.place, "no record comes to this case: those before it take all", ALWAYS)
        passed += [(condition.node, NOT_TRUE)] if condition is not None else []


def _check_starts(model: Model, rule: Rule, problems: Problems) -> None:
    """Triggers after which the condition cannot hold, as the record is then."""
    when = rule.body.get("when")
    nodes = when.items if isinstance(when, text.Sequence) else (when,)
    for trigger, node in zip(rule.workflow.triggers, nodes, strict=False):
        if trigger["entity"] and not possible(*rule.where, known=known_after(model, trigger)):
            summary = "the condition (where) cannot hold when this happens"
            problems.warn(node.place, summary, "What starts it and its condition exclude each other: change one.")


def known_after(model: Model, trigger: Mapping[str, Any]) -> Way:
    """What is known of a record right after a trigger came."""
    return dict(_known(model.entities[trigger["entity"]], trigger))


def _known(entity: Entity, trigger: Mapping[str, Any]) -> Iterator[tuple[Key, Any]]:
    kind = trigger["kind"]
    if kind in ("created", "imported"):
        # Before it was made, a record has nothing.
        yield from ((own(name, old=True), NULL) for name in entity.fields)
    if kind == "entered":
        yield own("stage"), one_of([trigger["stage"]])
    if kind == "left":
        yield own("stage", old=True), one_of([trigger["stage"]])
    if kind == "changed":
        for side, old in (("to", False), ("from", True)):
            value = trigger.get(side, ...)
            if value is None or isinstance(value, PLAIN):
                yield own(trigger["field"], old=old), one_of([value])


def stays(rule: Rule, written: set[str], entity: Entity) -> list[Way]:
    """What the condition of a rule still says of its record after some fields of it were written."""
    plain = [own(name) for name, each in entity.fields.items() if each.formula is None and name not in written]
    found = ways(*rule.where)
    return [{key: bounds for key, bounds in way.items() if key in plain} for way in found]


def _place(node: text.Node) -> Any:
    return node.text_place(0) if isinstance(node, text.Scalar) else node.place
