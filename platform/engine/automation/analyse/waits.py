"""Waits that outlive the record: a run whose record is gone, or that waits for what may never come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customary.engine.automation.analyse.rule import Rule, Taken
from customary.engine.model.duration import seconds
from customary.engine.model.entities.retention import Retention
from customary.engine.model.model import Model
from customary.engine.model.rules.wait import waits
from customary.engine.problem import Problems
from customary.engine.text import node as text

_DONE = {"archive": "archived", "erase": "erased"}
_WRITTEN = ("created_at", "updated_at")
"""Dates that are there when a run begins, so that a longer wait is longer than what is kept."""


def check_waits(model: Model, rule: Rule, problems: Problems) -> None:
    """Adds a warning for each wait after which the run has no record any more, or that nothing ends."""
    if not rule.workflow.entity:
        return
    gone = all(each["kind"] == "deleted" for each in rule.workflow.triggers)
    for each in _without_record(rule.course, gone):
        summary = "the record is deleted by then: the run ends at this wait"
        problems.warn(each.place, summary, "Do what is to be done before it, or do not wait.")
    kept = model.entities[rule.workflow.entity].retention
    for each in rule.steps:
        if _is_endless(each) and rule.workflow.stop is None:
            summary = "nothing ends this wait where that never happens, also when the record is archived"
            problems.warn(each.place, summary, "Add for: with the longest time, or stop: with a condition.")
        for act in _overdue(each, kept) if kept is not None else ():
            summary = f"the record is {_DONE[act]} before this wait ends ({act}_after: {kept.written[act]})"
            problems.warn(each.place, summary, f"Wait less, or keep {rule.workflow.entity} longer (retain).")


def _without_record(steps: Sequence[Taken], gone: bool) -> Iterator[Taken]:
    """The first wait of each way through the steps that is come to once the record is deleted."""
    for each in steps:
        if gone and waits(each.step):
            yield each
            return
        for branch in each.branches:
            yield from _without_record(branch.steps, gone)
        deletes = each.step["kind"] == "delete" and "record" not in each.step
        gone = gone or (deletes and each.step["if"] is None)


def _is_endless(taken: Taken) -> bool:
    step = taken.step
    return (
        step["kind"] == "wait"
        and not any(step[key] for key in ("for", "until"))
        and bool(step["event"] or step["when"])
    )


def _overdue(taken: Taken, kept: Retention) -> Iterator[str]:
    """What is done with the record while a step waits, if nobody writes it meanwhile."""
    if taken.step["kind"] != "wait" or kept.where is not None or kept.since not in _WRITTEN:
        return
    given = taken.node.get("wait")
    written = given.get("for") if isinstance(given, text.Mapping) else given
    length = seconds(str(text.plain(written))) if written is not None else None
    for act, said in kept.written.items():
        if length is not None and length > (seconds(said) or length):
            yield act
