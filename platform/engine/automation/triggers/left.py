"""A record went out of a stage of a pipeline: `{left: sales.qualify}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.records.changes import Change
from customary.engine.records.work import Work


def matches(trigger: Mapping[str, Any], change: Change, work: Work) -> bool:
    return change.kind in ("updated", "moved") and change.before.get("stage") == trigger["stage"]
