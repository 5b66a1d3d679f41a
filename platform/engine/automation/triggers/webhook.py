"""Another system calls /hooks/shop: `{webhook: {name: shop, payload: {id: text}, find: {deal: number == payload.id}}}`.

The call is signed with the secret of that name. What it says is `payload`; with `find` the workflow is about the one
record that fulfils the condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.moment import NO_RECORD
from customary.engine.records.rows import Values, values_of
from customary.engine.records.work import Work


def found(trigger: Mapping[str, Any], work: Work, payload: Mapping[str, Any]) -> list[UUID]:
    """The records that the call is about, two at most: one is right, and none and several are not."""
    if trigger["find"] is None:
        return [NO_RECORD]
    values = Values(**{**vars(values_of(work)), "bindings": {"payload": payload}})
    rows = work.release.tables.rows(trigger["entity"], None, values)
    living = rows.column("archived_at").is_(None)
    statement = sa.select(rows.column("id")).where(living, trigger["find"].clause(rows, values)).limit(2)
    return list(work.connection.execute(statement).scalars())
