"""Makes a record: `create: {task: {title: 'Call {{ name }}', due: =now() + duration("1d")}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.write import create


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity = step["entity"]
    values = acting.values(step["values"], entity)
    id = create(acting.work, entity, values)
    return Done(
        input={entity: acting.written(values, entity)}, result={"entity": entity, "id": str(id)}, binds=(entity, id)
    )
