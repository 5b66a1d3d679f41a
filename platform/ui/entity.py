"""The entity that an address names, and whether this person may do there what they came for."""

from __future__ import annotations

from customary.engine.model.entity import Entity
from customary.engine.records.refusal import Forbidden, Missing
from customary.engine.words import Reason
from customary.ui.desk import Desk


def entity_of(desk: Desk, name: str, act: str = "read") -> Entity:
    """The entity called `name`. Raises Missing for one that is not there or not for this person to read."""
    found = desk.model.entities.get(name)
    if found is None or not desk.access.may(name, "read"):
        raise Missing(name)
    if act != "read" and not desk.access.may(name, act):
        raise Forbidden(Reason("Your role does not allow this."))
    return found
