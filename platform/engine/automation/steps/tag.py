"""Tags the record: `tag: stalled`, or `tag: {add: [vip], remove: [cold]}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records import storage
from customary.engine.records.write import update
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, id = acting.about
    field = acting.work.model.entities[entity].fields[step["field"]]
    add, remove = (field.take(_texts(step[key], acting)) for key in ("add", "remove"))
    there = (storage.load(acting.work, entity, id) or {}).get(field.name, ())
    gone = {each.casefold() for each in remove}
    tags = field.take([each for each in (*there, *add) if each.casefold() not in gone])
    given = {"add": list(add), "remove": list(remove)}
    if tags == there:
        return Done(input=given, skipped=Reason("it has these tags already"))
    update(acting.work, entity, id, {field.name: tags})
    return Done(input=given, result={field.name: list(tags)})


def _texts(given: Any, acting: Acting) -> list[str]:
    values = [acting.value(each) for each in (given if isinstance(given, tuple) else (given,))]
    return [str(each) for each in values if each]
