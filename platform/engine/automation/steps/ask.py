"""Asks people to approve something, or to fill in values: `ask: {by: =owner.manager, text: 'Is {{ amount }} fine?'}`.

The run waits, at no cost, until one of those who are asked has answered on the page To decide, or until the `deadline`.
What it binds says `approved`, `by` whom, `at` what time, with which `note`, and the values that were asked for; its
`reason` is answer, time when the deadline passed, or nobody when there was nobody to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from customary.engine.automation.acting import Acting, Done, Pause, plain
from customary.engine.automation.people.asking import ask, asked_by_step
from customary.engine.records.deciding.decisions import APPROVED, OPEN, Decision, deciders

ANSWER, TIME, NOBODY = "answer", "time", "nobody"


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    whom = deciders(acting.work, step["by"], acting.scope)
    due = _due(step, acting)
    if not whom or (due is not None and due <= acting.work.now):
        return _unanswered(step, TIME if whom else NOBODY)
    ask(acting, whom, step, due)
    raise Pause(due, {"by": list(whom)})


def resumed(step: Mapping[str, Any], acting: Acting) -> Done:
    """The answer; without one it goes on waiting until the deadline."""
    found = asked_by_step(acting.work, acting.run, acting.position)
    if found is not None and found.status != OPEN:
        return _answered(step, acting, found)
    if found is not None and (found.due is None or found.due > acting.work.now):
        raise Pause(found.due)
    return _unanswered(step, TIME)


def _answered(step: Mapping[str, Any], acting: Acting, found: Decision) -> Done:
    given, users = found.given or {}, acting.work.model.playing("user")
    binds = {name: each.from_json(given[name]) for name, each in step["inputs"].items() if given.get(name) is not None}
    binds = dict.fromkeys(step["inputs"]) | binds
    binds |= {"approved": found.status == APPROVED, "at": found.answered_at, "note": found.note, "reason": ANSWER}
    if users is not None and found.answered_by is not None:
        binds["by"] = (users.name, found.answered_by)
    told = {"approved": binds["approved"], "by": str(found.answered_by), "note": found.note, **given}
    return Done(result=plain(told), binds=binds)


def _unanswered(step: Mapping[str, Any], reason: str) -> Done:
    names = (*step["inputs"], "approved", "by", "at", "note")
    case = 1 if step["cases"] else None
    return Done(result={"reason": reason}, binds=dict.fromkeys(names) | {"reason": reason}, case=case)


def _due(step: Mapping[str, Any], acting: Acting) -> datetime | None:
    """A day begins with its midnight in the workspace."""
    value = step["deadline"].evaluate(acting.scope) if step["deadline"] is not None else None
    if isinstance(value, timedelta):
        return acting.work.now + value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), acting.work.model.settings.time_zone)
    return value
