"""Makes a task about the record: `task: {title: 'Call {{ name }}', due: 2d, owner: =owner}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.fields.any_link import AnyLink
from customary.engine.records.write import create


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity = step["entity"]
    values = acting.values(step["values"], entity)
    fields = acting.work.model.entities[entity].fields
    is_there = acting.moment.change.kind != "deleted"
    if acting.told_about and is_there and "about" in fields and fields["about"].kind == "any_link":
        values.setdefault("about", AnyLink(*acting.about))
    id = create(acting.work, entity, values)
    return Done(input=acting.written(values, entity), result={"entity": entity, "id": str(id)}, binds=(entity, id))
