"""Hidden fields: those a role says, and the computed ones that would tell what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from customary.engine.expressions.types import ANCESTORS, DESCENDANTS
from customary.engine.fields.field import Field
from customary.engine.model.model import Model

Hidden = dict[str, frozenset[str]]


def with_computed(model: Model, hidden: Mapping[str, Iterable[str]], readable: Callable[[str], bool]) -> Hidden:
    """What is hidden by entity, with the computed fields over it. A computed field is hidden too when it reads records
    of an entity that is not `readable` as a whole, unless it says `reveals: true`."""
    found = {entity: frozenset(names) for entity, names in hidden.items()}
    waiting = [
        each for entity in model.entities.values() for each in entity.fields.values() if each.formula is not None
    ]
    while telling := [each for each in waiting if _tells(model, each, found, readable)]:
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


def _tells(model: Model, each: Field, hidden: Hidden, readable: Callable[[str], bool]) -> bool:
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
        return all(readable(each) and is_open(each, tuple(further)) for each in _targets(model, entity, name))

    if not all(is_open(each.entity, path) for path in each.formula.paths):
        return True
    return not all(readable(entity) and is_open(entity, path) for entity, path in each.formula.beyond)


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
