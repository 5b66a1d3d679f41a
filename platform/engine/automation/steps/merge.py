"""Merges another record into this one: `merge: {record: =twin}`, or into a third with `into: =account`.

What leads to it leads to the one that stays, which takes over what it had not itself. The other is archived.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.messages import correspondence
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    given_up = acting.value(step["record"])
    stays = acting.value(step["into"]) if step["into"] is not None else acting.about[1]
    if given_up is None or stays is None:
        return Done(skipped=Reason("there is no such record"))
    entity = step["entity"]
    values = acting.values(step["values"], entity)
    correspondence.merge(acting.work, entity, given_up, stays, values)
    given = {"record": {"entity": entity, "id": str(given_up)}, "set": acting.written(values, entity)}
    return Done(input=given, result={"entity": entity, "id": str(stays)}, binds=(entity, stays))
