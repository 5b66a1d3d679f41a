"""What a computed field depends on: every field that it reads, and the steps over links that lead there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression, Template
from customary.engine.expressions.paths import all_nodes
from customary.engine.expressions.types import CALENDAR

Entities = Mapping[str, Any]
"""By name what has `fields` and `inverses`: entities, or sketches of them."""

IsKept = Callable[[str, str], bool]
LISTS = ("many", "inside", "inverse", "inverse many")


@dataclass(frozen=True, slots=True)
class Step:
    """From records of `origin` to those of `to`, by the link, list or inverse `name`."""

    origin: str
    name: str
    to: str
    how: str
    """one, many, inside, inverse, or inverse many."""
    link: str = ""
    """The field of `to` that points back, where the step goes against a link."""

    @property
    def is_list(self) -> bool:
        return self.how in LISTS


@dataclass(frozen=True, slots=True)
class Reading:
    """A field of the records behind some steps. With a list go the fields that decide what is in it."""

    steps: tuple[Step, ...]
    name: str


class _Untraceable(Exception):
    """What is read cannot be followed back from where it changes."""


def readings(entities: Entities, entity: str, name: str, is_kept: IsKept) -> frozenset[Reading] | None:
    """All that a computed field reads, through other computed fields down to what is kept. None when it also depends
    on the time or on all records of an entity, so that no change of a record could tell when it is out of date."""
    found: set[Reading] = set()
    try:
        for path in _paths(entities[entity].fields[name].formula):
            _follow(entities, entity, path, (), is_kept, found)
    except (_Untraceable, RecursionError):
        return None
    return frozenset(found)


def own_reads(fields: Mapping[str, Any], expression: Expression | Template) -> frozenset[str]:
    """The names of the record's own fields that an expression reads, through computed fields too."""
    found: set[str] = set()
    waiting = [path[0] for path in expression.paths]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        each = fields.get(name)
        if each is not None and each.formula is not None:
            waiting += [path[0] for path in each.formula.paths]
    return frozenset(found)


def nothing_kept(entity: str, name: str) -> bool:
    """Reads through to what people enter."""
    return False


def computed_on_the_way(
    entities: Entities, entity: str, paths: frozenset[tuple[str, ...]]
) -> Iterator[tuple[str, str, bool]]:
    """The computed fields that paths end at: entity, name, and whether a list lies before them."""
    for path in paths:
        here, listed = entity, False
        for name in path:
            each = entities[here].fields.get(name)
            if each is not None and each.formula is not None and not each.points:
                yield here, name, listed
            step = step_of(entities, here, name)
            if step is None:
                break
            here, listed = step.to, listed or step.is_list


def step_of(entities: Entities, entity: str, name: str) -> Step | None:
    """The step by a name, when it leads to records of one entity."""
    owner = entities[entity]
    if (inverse := owner.inverses.get(name)) is not None:
        how = "inverse many" if inverse.many_to_many else "inverse"
        return Step(entity, name, inverse.entity, how, inverse.field)
    each = owner.fields.get(name)
    if each is None or each.points not in ("one", "many", "inside") or each.to not in entities:
        return None
    return Step(entity, name, each.to, each.points, each.through if each.points == "inside" else "")


def _follow(
    entities: Entities,
    entity: str,
    path: tuple[str, ...],
    steps: tuple[Step, ...],
    is_kept: IsKept,
    found: set[Reading],
) -> None:
    name, *further = path
    each = entities[entity].fields.get(name)
    if each is not None and each.formula is not None and not is_kept(entity, name):
        for inner in _paths(each.formula):
            _follow(entities, entity, inner, steps, is_kept, found)
        if further:  # only a lookup gives a record to go on from: what it is written as leads there
            way = tuple(each.formula.text.strip().split("."))
            _follow(entities, entity, (*way, *further), steps, is_kept, found)
        return
    step = step_of(entities, entity, name)
    if step is None:
        if further or each is None:  # beyond a link to any entity, or along a tree
            raise _Untraceable
        found.add(Reading(steps, name))
        return
    beyond = (*steps, step)
    found.update(_of_step(steps, beyond, step))
    if further:
        _follow(entities, step.to, tuple(further), beyond, is_kept, found)


def _of_step(steps: tuple[Step, ...], beyond: tuple[Step, ...], step: Step) -> Iterator[Reading]:
    if step.link:
        yield Reading(beyond, step.link)
    else:
        yield Reading(steps, step.name)
    if step.is_list:
        yield Reading(beyond, "archived_at")


def _paths(formula: Expression) -> frozenset[tuple[str, ...]]:
    moving = formula.reads_now or formula.reads_user or formula.reads_old or formula.beyond
    if moving or any(node.type == CALENDAR for node in all_nodes(formula.node)):
        raise _Untraceable
    return formula.paths
