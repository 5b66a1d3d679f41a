"""Sets fields of the record: `set: {priority: key}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.write import update


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, id = acting.about
    values: dict[str, Any] = {}

    def worked_out(record: Mapping[str, Any]) -> Mapping[str, Any]:
        """From the record as it is held: what others write meanwhile is neither overlooked nor overwritten."""
        values.update(acting.over(record).values(step["values"], entity))
        return values

    revision = update(acting.work, entity, id, step["values"], given=worked_out)
    return Done(input=acting.written(values, entity), result={"revision": revision})
