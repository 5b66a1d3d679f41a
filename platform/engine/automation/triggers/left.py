"""A record went out of a stage of a pipeline: `{left: sales.qualify}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.moment import Moment
from customary.engine.records.changes import Change


def matches(trigger: Mapping[str, Any], change: Change, moment: Moment) -> bool:
    went = change.kind in ("updated", "moved") and change.before.get("stage") == trigger["stage"]
    return went and moment.is_in(trigger["pipeline"])
