"""Hidden fields: those a role says, and the computed ones that would tell what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

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
    """The entity that a link, lines or inverse called `name` leads to."""
    owner = model.entities.get(entity)
    if owner is None:
        return None
    if name in owner.inverses:
        return owner.inverses[name].entity
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
        if further and (several := _several(model, entity, name)):
            return name not in hidden[entity] and all(readable(to) and is_open(to, tuple(further)) for to in several)
        target = target_of(model, entity, name)
        stays = target is None or (not further and not _is_list(model, entity, name))
        return name not in hidden[entity] and (stays or (readable(target) and is_open(target, tuple(further))))

    if not all(is_open(each.entity, path) for path in each.formula.paths):
        return True
    return not all(readable(entity) and is_open(entity, path) for entity, path in each.formula.beyond)


def _several(model: Model, entity: str, name: str) -> tuple[str, ...]:
    """The entities that an any_link may lead to."""
    each = model.entities[entity].fields.get(name)
    return tuple(to for to in each.to if to in model.entities) if each is not None and each.points == "any" else ()


def _is_list(model: Model, entity: str, name: str) -> bool:
    owner = model.entities[entity]
    return name in owner.inverses or owner.fields[name].points == "inside"
