"""Moves the record to a stage: `move: won`. All rules of its pipeline hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done
from customary.engine.records.write import update


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, id = acting.about
    values = acting.values(step["values"], entity)
    revision = update(acting.work, entity, id, values)
    return Done(input=acting.written(values, entity), result={"revision": revision})
