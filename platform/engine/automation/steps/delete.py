"""Deletes the record, or another one: `delete: true`, `delete: {record: =call}`. Its history stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.write import delete
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, id = acting.about
    if "record" in step:
        entity, id = step["entity"], acting.value(step["record"])
        if id is None:
            return Done(skipped=Reason("there is no such record"))
    delete(acting.work, entity, id)
    return Done(result={"entity": entity, "id": str(id)})
