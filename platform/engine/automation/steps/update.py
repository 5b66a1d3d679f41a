"""Sets fields of another record: `update: {record: =account, set: {tier: gold}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.write import update
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    found = acting.value(step["record"])
    id = found if isinstance(found, UUID) else found["id"] if found else None
    if id is None:
        return Done(skipped=Reason("there is no such record"))
    entity = step["entity"]
    values = acting.values(step["values"], entity)
    revision = update(acting.work, entity, id, values)
    record = {"entity": entity, "id": str(id)}
    return Done(input={"record": record, "set": acting.written(values, entity)}, result={"revision": revision})
