"""A field of a record that was there before changed: `{changed: deal.amount}`, with `from` and `to` if wished."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.records.changes import Change
from customary.engine.records.work import Work


def matches(trigger: Mapping[str, Any], change: Change, work: Work) -> bool:
    name = trigger["field"]
    if change.kind not in ("updated", "moved") or name not in change.names:
        return False
    field = work.model.entities[trigger["entity"]].fields[name]
    sides = (("from", change.before), ("to", change.after))
    return all(_json(field, trigger[key]) == values.get(name) for key, values in sides if key in trigger)


def _json(field: Any, value: Any) -> Any:
    return None if value is None else field.to_json(value)
