"""A field of a record that was there before changed: `{changed: account.tier}`, with `from` and `to` if wished."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.moment import Moment
from customary.engine.records.changes import Change


def matches(trigger: Mapping[str, Any], change: Change, moment: Moment) -> bool:
    name = trigger["field"]
    if change.kind not in ("updated", "moved") or name not in change.names:
        return False
    field = moment.work.model.entities[trigger["entity"]].fields[name]
    sides = (("from", change.before), ("to", change.after))
    return all(_json(field, trigger[key]) == values.get(name) for key, values in sides if key in trigger)


def _json(field: Any, value: Any) -> Any:
    return None if value is None else field.to_json(value)
