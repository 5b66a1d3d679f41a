"""Ways back: from a changed record to those whose kept computed fields read it. Found once for a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from customary.engine.fields.field import Field
from customary.engine.model.dependence import Reading, Step, readings
from customary.engine.model.model import Model
from customary.engine.records.kept import kept
from customary.engine.records.work import Work

Kept = tuple[str, str]
"""An entity and a computed field of it that is kept."""


@dataclass(frozen=True)
class Way:
    """The steps by which records of `target` read some fields of other records, and which of theirs depend on each."""

    target: str
    steps: tuple[Step, ...]
    names: Mapping[str, frozenset[str]]
    own: bool = False
    """Whether they read their own record alone: then who writes it works them out, and only a rate changes them."""


@dataclass(frozen=True)
class Ways:
    """All ways of a release."""

    to: Mapping[str, tuple[Way, ...]]
    """By the entity that is read at their end."""
    rank: Mapping[Kept, int]
    """What reads another kept field has a higher rank than that."""
    own: Mapping[str, tuple[Field, ...]]
    """Fields that read their own record alone, each after those it reads."""
    far: Mapping[str, tuple[Field, ...]]
    """Fields that read other records."""
    held: frozenset[str]
    """Entities whose records are locked on the way back."""
    forward: Mapping[str, Mapping[str, str]]
    """By entity the links that are stepped over, and where they lead."""

    def concern(self, entity: str) -> bool:
        """Whether a write of such a record may change what is kept."""
        return entity in self.to or entity in self.far


def ways(work: Work) -> Ways:
    """The ways of the work's release."""
    return kept(work, ("ways",), lambda: find(work.model))


def find(model: Model) -> Ways:
    """All ways back, from what the kept fields of a model read."""
    read = {
        (entity.name, name): readings(model.entities, entity.name, name, lambda *at: _is_kept(model, *at))
        or frozenset()
        for entity in model.entities.values()
        for name, each in entity.fields.items()
        if each.kept
    }
    rank = _ranks(read)
    far = {at for at in sorted(read, key=rank.__getitem__) if _is_far(read, at)}
    in_turn = sorted(read, key=lambda at: rank[at])
    for at in in_turn:
        if any(not each.steps and (at[0], each.name) in far for each in read[at]):
            far.add(at)
    return Ways(
        to=_to(read, far),
        rank=rank,
        own=_fields(model, [at for at in in_turn if at not in far]),
        far=_fields(model, [at for at in in_turn if at in far]),
        held=frozenset(each.origin for at in far for found in read[at] for each in found.steps),
        forward=_forward(read[at] for at in far),
    )


def _is_kept(model: Model, entity: str, name: str) -> bool:
    return bool(model.entities[entity].fields[name].kept)


def _is_far(read: Mapping[Kept, frozenset[Reading]], at: Kept) -> bool:
    return any(each.steps for each in read[at])


def _ends_at(at: Kept, each: Reading) -> Kept:
    return (each.steps[-1].to if each.steps else at[0], each.name)


def _ranks(read: Mapping[Kept, frozenset[Reading]]) -> dict[Kept, int]:
    found: dict[Kept, int] = {}

    def rank(at: Kept) -> int:
        if at not in found:
            inner = (_ends_at(at, each) for each in read[at])
            found[at] = 1 + max((rank(each) for each in inner if each in read), default=-1)
        return found[at]

    for at in read:
        rank(at)
    return found


def _to(read: Mapping[Kept, frozenset[Reading]], far: Container[Kept]) -> dict[str, tuple[Way, ...]]:
    names: dict[tuple[str, str, tuple[Step, ...], bool], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (entity, name), found in read.items():
        for each in found:
            end = _ends_at((entity, name), each)[0]
            names[end, entity, each.steps, (entity, name) not in far][each.name].add(name)
    to: dict[str, list[Way]] = defaultdict(list)
    for (end, target, steps, own), reading in names.items():
        to[end].append(Way(target, steps, {name: frozenset(fields) for name, fields in reading.items()}, own))
    return {end: tuple(found) for end, found in to.items()}


def _fields(model: Model, found: Iterable[Kept]) -> dict[str, tuple[Field, ...]]:
    fields: dict[str, list[Field]] = defaultdict(list)
    for entity, name in found:
        fields[entity].append(model.entities[entity].fields[name])
    return {entity: tuple(each) for entity, each in fields.items()}


def _forward(read: Iterable[frozenset[Reading]]) -> dict[str, dict[str, str]]:
    forward: dict[str, dict[str, str]] = defaultdict(dict)
    for found in read:
        for step in (step for each in found for step in each.steps):
            if not step.link:
                forward[step.origin][step.name] = step.to
            elif step.how == "inverse many":
                forward[step.to][step.link] = step.origin
    return dict(forward)
