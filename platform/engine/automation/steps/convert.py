"""Makes records of other entities from this one: `convert: {into: {account: {name: =company}}}`.

Each takes over the fields that have its names and kinds. What was made is `made.account`, for those after it and for
`set`; with `as: result` later steps know it as `result.account`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.automation.acting import Acting, Done
from customary.engine.messages import correspondence
from customary.engine.model.rules.several import MADE
from customary.engine.records.reader.found import having
from customary.engine.records.write import create, update
from customary.engine.records.writer.draft import is_empty
from customary.engine.records.writer.merging import lead_over


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    made: dict[str, tuple[str, UUID]] = {}
    given: dict[str, Any] = {}
    for entity, values in step["into"].items():
        taken = acting.given({MADE: made}).values(values, entity)
        given[entity] = acting.written(taken, entity)
        made[entity] = (entity, _there(step, acting, entity, taken) or create(acting.work, entity, taken))
    if step["values"]:
        entity, id = acting.about
        update(acting.work, entity, id, acting.given({MADE: made}).values(step["values"], entity))
    if step["timeline"]:
        lead_over(acting.work, acting.about, made[step["timeline"]], timeline=True)
        correspondence.lead_over(acting.work, acting.about, made[step["timeline"]])
    return Done(input=given, result={entity: str(id) for entity, id in made.values()}, binds=made)


def _there(step: Mapping[str, Any], acting: Acting, entity: str, values: Mapping[str, Any]) -> UUID | None:
    """The oldest record that has the same values already."""
    match = step["match"].get(entity, ())
    known = {name: values.get(name) for name in match}
    found = having(acting.work, entity, known, 1) if match and not any(map(is_empty, known.values())) else ()
    return next(iter(found), None)
