"""Hidden fields: those a role says, and the computed ones that would tell what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from customary.engine.expressions.types import ANCESTORS, DESCENDANTS
from customary.engine.fields.field import Field
from customary.engine.model.model import Model

Hidden = dict[str, frozenset[str]]
Leads = Callable[[str | None, str, str], bool]
"""Whether a step, from an entity by a name to another, leads only to records that may be read by whoever may read the
one it starts from. It starts from None where all records of the entity are asked."""


def with_computed(model: Model, hidden: Mapping[str, Iterable[str]], leads_to_readable: Leads) -> Hidden:
    """What is hidden by entity, with the computed fields over it. A computed field is hidden too when it reads records
    that its reader may not, unless it says `reveals: true`."""
    found = {entity: frozenset(names) for entity, names in hidden.items()}
    waiting = [
        each for entity in model.entities.values() for each in entity.fields.values() if each.formula is not None
    ]
    while telling := [each for each in waiting if _tells(model, each, found, leads_to_readable)]:
        for each in telling:
            found[each.entity] |= {each.name}
        waiting = [each for each in waiting if each not in telling]
    return found


def target_of(model: Model, entity: str, name: str) -> str | None:
    """The entity that a link, lines, inverse or branch of a tree called `name` leads to."""
    owner = model.entities.get(entity)
    if owner is None:
        return None
    if name in owner.inverses:
        return owner.inverses[name].entity
    if owner.tree and name in (ANCESTORS, DESCENDANTS):
        return entity
    each = owner.fields.get(name)
    if each is None:
        return None
    to = each.to if each.points in ("one", "many", "inside") else None
    return to if to in model.entities else None


def _tells(model: Model, each: Field, hidden: Hidden, leads_to_readable: Leads) -> bool:
    if each.reveals or each.name in hidden[each.entity]:
        return False

    def is_open(entity: str, path: tuple[str, ...]) -> bool:
        """Whether all that a path reads from an entity's records on may be seen."""
        if not path:
            return True
        name, *further = path
        if name in hidden[entity]:
            return False
        if not further and not _is_list(model, entity, name):
            return True
        targets = _targets(model, entity, name)
        return all(leads_to_readable(entity, name, to) and is_open(to, tuple(further)) for to in targets)

    if not all(is_open(each.entity, path) for path in each.formula.paths):
        return True
    return not all(leads_to_readable(None, "", to) and is_open(to, path) for to, path in each.formula.beyond)


def _targets(model: Model, entity: str, name: str) -> tuple[str, ...]:
    """Where a step may lead: a link to any record to all entities that it names, or to all there are."""
    each = model.entities[entity].fields.get(name)
    if each is not None and each.points == "any":
        return tuple(to for to in each.to or model.entities if to in model.entities)
    target = target_of(model, entity, name)
    return (target,) if target is not None else ()


def _is_list(model: Model, entity: str, name: str) -> bool:
    owner = model.entities[entity]
    return name not in owner.fields or owner.fields[name].points == "inside"
