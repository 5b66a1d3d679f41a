"""Conditions that never hold, or always do."""

from __future__ import annotations

from collections.abc import Sequence

from customary.engine.automation.analyse.course import Course
from customary.engine.automation.analyse.facts import Demand, Facts
from customary.engine.automation.analyse.rule import Rule
from customary.engine.automation.analyse.verdict import ALWAYS, BEFORE, is_meant, judge, place_of
from customary.engine.expressions.decide import NOT_TRUE, Way, both, ways
from customary.engine.model.model import Model
from customary.engine.problem import Problems
from customary.engine.text import node as text


def check_conditions(model: Model, rule: Rule, problems: Problems) -> None:
    """Adds a warning for each condition of a rule of which it is certain how it comes out."""
    facts, stop = rule.facts, rule.workflow.stop
    begun = _check_where(rule, problems)
    if stop is not None and not judge(stop, rule.body.get("stop"), facts, problems):
        if begun and not facts.allow((stop.node, NOT_TRUE), known=begun):
            summary = "this condition (stop) holds from the start, so that no step is ever taken"
            problems.warn(place_of(rule.body.get("stop")), summary, BEFORE)
            return
        begun = both(begun, ways((stop.node, NOT_TRUE)))
    Course(model, rule, problems).walk(rule.course, begun)


def _check_where(rule: Rule, problems: Problems) -> Sequence[Way]:
    """In which ways the rule begins; none where it is told that it never does."""
    where = rule.workflow.where
    asked = () if where is None or is_meant(where) else rule.where
    told = bool(asked) and judge(where, rule.body.get("where"), rule.facts, problems)
    if not rule.facts.allow(*asked):
        return []
    pairs = zip(rule.starts, _nodes(rule), strict=False)
    begun = [start for start, node in pairs if _begins(node, asked, start, problems)]
    if asked and begun and not told and not any(start.allow((where.node, NOT_TRUE)) for start in begun):
        summary = "this condition (where) always holds when what starts the rule happens"
        problems.warn(place_of(rule.body.get("where")), summary, ALWAYS)
    return [way for start in begun for way in both(start.ways, ways(*rule.where))]


def _begins(node: text.Node, asked: tuple[Demand, ...], start: Facts, problems: Problems) -> bool:
    """Whether something that starts the rule can happen, and its condition hold then."""
    if not start.allow(known=start.ways):
        remedy = f"{start.why_not(known=start.ways)} Change what starts it.".lstrip()
        problems.warn(node.place, "this can never happen", remedy)
    elif not start.allow(*asked):
        remedy = "What starts it and its condition exclude each other: change one."
        summary = "the condition (where) cannot hold when this happens"
        problems.warn(node.place, summary, f"{start.why_not(*asked)} {remedy}".lstrip())
    else:
        return True
    return False


def _nodes(rule: Rule) -> Sequence[text.Node]:
    when = rule.body.get("when")
    return when.items if isinstance(when, text.Sequence) else (when,)
