"""Changes a record or makes it: `upsert: {entity: contact, match: [email], set: {email: =email, name: =name}}`.

It is known by the values of the fields in `match`. Where one of them is empty, a record is made; where several records
have them, the step cannot be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done
from customary.engine.records.reader.found import having
from customary.engine.records.write import create, update
from customary.engine.records.writer.draft import is_empty


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity = step["entity"]
    values = acting.values(step["values"], entity)
    known = {name: values[name] for name in step["match"]}
    there = [] if any(map(is_empty, known.values())) else having(acting.work, entity, known)
    if len(there) > 1:
        raise CannotDo("{entity}: more than one record fits", entity=entity)
    if there:
        id = there[0]
        update(acting.work, entity, id, values)
    else:
        id = create(acting.work, entity, values)
    given = {entity: acting.written(values, entity)}
    return Done(input=given, result={"entity": entity, "id": str(id), "made": not there}, binds=(entity, id))
