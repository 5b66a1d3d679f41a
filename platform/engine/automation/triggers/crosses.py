"""A number passed a threshold, and did not only stay beyond it: `{crosses: {field: lead.score, above: 60}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.moment import Moment
from customary.engine.records.changes import Change


def matches(trigger: Mapping[str, Any], change: Change, moment: Moment) -> bool:
    written = change.kind in ("created", "updated", "moved") and trigger["field"] in change.names
    return written and trigger["crossed"].holds(moment.as_written())
