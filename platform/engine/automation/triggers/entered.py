"""A record came into a stage of a pipeline, also by being made there: `{entered: sales.won}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.moment import Moment
from customary.engine.records.changes import Change


def matches(trigger: Mapping[str, Any], change: Change, moment: Moment) -> bool:
    came = change.kind in ("created", "updated", "moved") and change.after.get("stage") == trigger["stage"]
    if change.cause.get("origin") == "undo":  # it never really left
        return False
    return came and moment.is_in(trigger["pipeline"])
