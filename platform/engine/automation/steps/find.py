"""Finds records: `find: {entity: contact, where: account == record.account, sort: [-created_at], first: true}`.

Bare names in `where` are those of the records that are looked for, `record` is the workflow's own. `as:` gives the
list, or with `first` the first one, which is null where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done
from customary.engine.records.reader.found import found
from customary.engine.records.scope import Several
from customary.engine.words import Reason

MOST = 10_000


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    entity, most = step["entity"], 1 if step["first"] else MOST + 1
    bindings = {**acting.scope.bindings, "record": acting.scope.record}
    ids = found(acting.work, entity, step["where"], step["sort"], bindings, most)
    if len(ids) > MOST:
        raise CannotDo("more than {count} records fit: narrow the condition", count=MOST)
    if not ids:
        nothing = None if step["first"] else Several(entity, ())
        return Done(binds=nothing, skipped=Reason("no record fits"))
    if step["first"]:
        return Done(result={"entity": entity, "id": str(ids[0])}, binds=(entity, ids[0]))
    return Done(result={"entity": entity, "count": len(ids)}, binds=Several(entity, tuple(ids)))
