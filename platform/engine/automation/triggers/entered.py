"""A record came into a stage of a pipeline, also by being made there: `{entered: sales.won}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.records.changes import Change
from customary.engine.records.work import Work


def matches(trigger: Mapping[str, Any], change: Change, work: Work) -> bool:
    return change.kind in ("created", "updated", "moved") and change.after.get("stage") == trigger["stage"]
