"""Copies the record, or another one, with the rows inside it: `copy: {record: =quote, set: {name: Again}}`.

Numbers are given anew and it begins in the first stage; what no two records may share, secrets and files are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.writer.copying import copy
from customary.engine.words import Reason


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    found = acting.the(step)
    if found is None:
        return Done(skipped=Reason("there is no such record"))
    entity, id = found
    values = acting.values(step.get("values", {}), entity)
    made = copy(acting.work, entity, id, values, step.get("lines", True))
    given = {"record": {"entity": entity, "id": str(id)}, "set": acting.written(values, entity)}
    return Done(input=given, result={"entity": entity, "id": str(made)}, binds=(entity, made))
