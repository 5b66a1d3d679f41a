"""Writes a note on the record's timeline: `note: 'Came from {{ source }}'`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done
from customary.engine.fields.any_link import AnyLink
from customary.engine.records.write import create
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity = acting.work.model.playing("activity")
    about = entity.fields.get("about") if entity else None
    if entity is None or about is None:
        raise CannotDo("there is no entity of activities to write a note in")
    if acting.moment.change.kind == "deleted":
        return Done(skipped=Reason("the record is not there any more"))
    text = acting.text(step["value"])
    title = next(each for each in ("subject", "title", "name") if each in entity.fields)
    values: dict[str, Any] = {title: text.strip().split("\n", 1)[0][:300], "about": AnyLink(*acting.about)}
    if "notes" in entity.fields and "\n" in text.strip():
        values["notes"] = text
    kind = entity.fields.get("kind")
    if kind is not None and "note" in getattr(kind, "options", ()):
        values["kind"] = "note"
    id = create(acting.work, entity.name, values)
    return Done(input=text, result={"entity": entity.name, "id": str(id)}, binds=(entity.name, id))
