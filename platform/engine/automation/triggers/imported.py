"""A record came in by an import: `{imported: lead}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.moment import Moment
from customary.engine.records.changes import Change


def matches(trigger: Mapping[str, Any], change: Change, moment: Moment) -> bool:
    return change.kind == "created" and change.cause.get("origin") == "import"
