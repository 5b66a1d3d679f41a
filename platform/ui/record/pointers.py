"""Records that point at a record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from customary.engine import expressions, records
from customary.engine.expressions.types import BOOLEAN
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records.typed import names_of
from customary.engine.records.work import Work


def pointing(
    work: Work, other: Entity, link: str, id: UUID, limit: int, count: str = "none", **more: Any
) -> records.Page:
    """The records of `other` whose `link` points at a record: newest first, rows of a sheet in their order."""
    told = pointing_at(other.fields[link], id)
    if inside(work, other, link):
        # Who sees the rows of a record knows that they are its own, also where the link itself is hidden.
        where = expressions.compile(told, names_of(work, other.name), BOOLEAN)
    else:
        where = records.compile_where(work, other.name, told)
    sort = (("created_at", not inside(work, other, link)),)
    return records.select(work, other.name, records.Query(where=where, limit=limit, count=count, sort=sort, **more))


def inside(work: Work, other: Entity, link: str) -> bool:
    """Whether records of `other` are edited inside the record that their `link` points at."""
    return other.child_of is not None and link == way_back(work, other)


def way_back(work: Work, child: Entity) -> str:
    """The link of rows of a sheet to the record they stand in."""
    parent, lines = child.child_of
    return work.model.entities[parent].fields[lines].through


def pointing_at(field: Field, id: UUID) -> str:
    """The condition that a link points at a record."""
    if field.control == "links":
        return f'{field.name}.exists(each, each == "{id}")'
    return f'{field.name} == "{id}"'
