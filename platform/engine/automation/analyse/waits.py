"""Waits that outlive the record: a run whose record is gone, or that waits for what may never come."""

from __future__ import annotations

from customary.engine.automation.analyse.rule import Rule, Taken
from customary.engine.model.rules.wait import waits
from customary.engine.problem import Problems


def check_waits(rule: Rule, problems: Problems) -> None:
    """Adds a warning for each wait after which the run has no record any more, or that nothing ends."""
    gone = all(each["kind"] == "deleted" for each in rule.workflow.triggers)
    for each in rule.steps:
        if each.step["kind"] == "delete" and "record" not in each.step and each.always:
            gone = True
        if gone and waits(each.step) and rule.workflow.entity:
            summary = "the record is deleted by then: the run ends at this wait"
            problems.warn(each.place, summary, "Do what is to be done before it, or do not wait.")
            return
        if _is_endless(each) and rule.workflow.stop is None:
            summary = "nothing ends this wait where that never happens, also when the record is archived"
            problems.warn(each.place, summary, "Add for: with the longest time, or stop: with a condition.")


def _is_endless(taken: Taken) -> bool:
    step = taken.step
    return (
        step["kind"] == "wait"
        and not any(step[key] for key in ("for", "until"))
        and bool(step["event"] or step["when"])
    )
