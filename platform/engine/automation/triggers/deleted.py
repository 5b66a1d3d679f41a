"""A record was deleted: `{deleted: deal}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.records.changes import Change
from customary.engine.records.work import Work


def matches(trigger: Mapping[str, Any], change: Change, work: Work) -> bool:
    return change.kind == "deleted"
