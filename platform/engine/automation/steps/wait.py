"""Lets the run wait: `wait: 2d`, `wait: {until: starts_on}`, or `wait: {for: 2d, event: {changed: deal.amount}}`.

`for` and `until` may stand beside `event`: what comes first ends the waiting. `until` is a day or a moment, or a
condition, which is looked at whenever the record is changed. A waiting run is a row and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from customary.engine.automation.acting import Acting, Done, Pause
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.tables import EVENT, TIME
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    if step.get("when") is not None and step["when"].holds(acting.scope):
        return Done(result={"reason": EVENT})
    if _happened(step.get("event"), acting):
        return Done(result={"reason": EVENT})
    moments = [_moment(step[key].evaluate(acting.scope), acting) for key in ("for", "until") if step.get(key)]
    known = [each for each in moments if each is not None]
    if known and min(known) <= acting.work.now:
        return Done(result={"reason": TIME})
    if moments and not known and step.get("event") is None:
        return Done(skipped=Reason("there is no moment to wait for"))
    raise Pause(min(known, default=None))


def _happened(event: Mapping[str, Any] | None, acting: Acting) -> bool:
    """Whether what is waited for is of a kind that is known to have happened already."""
    happened = getattr(trigger_kinds()[event["kind"]], "happened", None) if event is not None else None
    return happened is not None and happened(event, acting)


def _moment(value: Any, acting: Acting) -> datetime | None:
    """A day begins with its midnight in the workspace."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), acting.work.model.settings.time_zone)
    return value
