"""Records that point at a record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.model.model import Entity
from customary.engine.records.work import Work


def pointing(
    work: Work, other: Entity, link: str, id: UUID, limit: int, count: str = "none", **more: Any
) -> records.Page:
    """The records of `other` whose `link` points at a record: newest first, rows of a sheet in their order."""
    where = records.compile_where(work, other.name, pointing_at(other.fields[link], id))
    sort = (("created_at", other.child_of is None),)
    return records.select(work, other.name, records.Query(where=where, limit=limit, count=count, sort=sort, **more))


def pointing_at(field: Field, id: UUID) -> str:
    """The condition that a link points at a record."""
    if field.control == "links":
        return f'{field.name}.exists(each, each == "{id}")'
    return f'{field.name} == "{id}"'
