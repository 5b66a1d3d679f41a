"""Which fields of an entity say something about a person: those marked `personal`, and what is computed of them."""

from __future__ import annotations

from customary.engine.fields.field import Field
from customary.engine.model.dependence import own_reads
from customary.engine.model.entity import Entity


def personal(entity: Entity) -> frozenset[str]:
    """The names of all of them."""
    marked = {each.name for each in entity.fields.values() if each.personal}
    return frozenset(marked | {each.name for each in entity.fields.values() if _tells(entity, each, marked)})


def _tells(entity: Entity, each: Field, marked: set[str]) -> bool:
    return each.formula is not None and bool(own_reads(entity.fields, each.formula) & marked)
