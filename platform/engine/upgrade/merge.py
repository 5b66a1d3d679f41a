"""Three-way merge of definitions, key by key: what one side changed is taken, what both changed otherwise is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from customary.engine.plan.changes.renamings import renames
from customary.engine.text import Mapping, Node, Scalar, Sequence, plain
from customary.engine.text.layers import as_mapping

Path = tuple[str, ...]
Choose = Callable[["Conflict"], str | None]
"""Which side a conflict is decided for: “ours”, “theirs”, or None while it is open."""

_BOUND = frozenset({"user", "old", "record"})
"""Where these are gone, an expression silently means something else."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A key that both sides changed, each in another way. None is what is not there."""

    path: Path
    base: Node | None
    ours: Node | None
    theirs: Node | None

    @property
    def key(self) -> str:
        """As people name it: `entity.deal.fields.name.max_length`."""
        return ".".join(filter(None, self.path))


@dataclass
class Merge:
    """Merges, and collects the conflicts. Ours stands where nobody has decided one."""

    choose: Choose = lambda _: None
    names: dict[str, str] = field(default_factory=dict)
    """What theirs renamed: that it says so everywhere is no change of what it says."""
    met: list[Conflict] = field(default_factory=list)
    open: list[Conflict] = field(default_factory=list)

    def merge(self, base: Node | None, ours: Node | None, theirs: Node | None, path: Path = ()) -> Node | None:
        """What stands at `path` in the end; None when nothing does."""
        if same(ours, theirs, in_order=True) or same(theirs, base, in_order=True):
            return ours
        if same(ours, base, in_order=True):
            return theirs
        base, ours, theirs = _alike(path, base, ours, theirs)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            return self._mappings(base if isinstance(base, Mapping) else None, ours, theirs, path)
        if same(ours, theirs) or same(theirs, with_words(base, self.names)):
            return ours
        return self._decided(Conflict(path, base, ours, theirs))

    def _mappings(self, base: Mapping | None, ours: Mapping, theirs: Mapping, path: Path) -> Mapping:
        base = base or Mapping({}, {}, theirs.place, theirs.layer)
        base, ours, theirs = self._one_name(base, ours, theirs, path)
        base, ours, theirs = aligned(base, ours, theirs)
        merged = {
            key: value
            for key in dict.fromkeys((*ours, *theirs))
            if (value := self.merge(base.get(key), ours.get(key), theirs.get(key), (*path, key))) is not None
        }
        entries = {key: merged[key] for key in _ordered(merged, base, ours, theirs)}
        places = {key: (ours if key in ours else theirs).place_of(key) for key in entries}
        return Mapping(entries, places, ours.place, ours.layer)

    def _one_name(self, base: Mapping, ours: Mapping, theirs: Mapping, path: Path) -> tuple[Mapping, ...]:
        """What both sides renamed, each to another name, is under one name or the other."""
        by_ours, by_theirs = renamed(base, ours), renamed(base, theirs)
        for old in by_ours.keys() & by_theirs.keys():
            own, new = by_ours[old], by_theirs[old]
            if own != new:
                conflict = Conflict((*path, old), base.get(old), ours.get(own), theirs.get(new))
                kept = self._decided(conflict)
                base = _without(base, old)
                ours, theirs = (ours, _without(theirs, new)) if kept is conflict.ours else (_without(ours, own), theirs)
        return base, ours, theirs

    def _decided(self, conflict: Conflict) -> Node | None:
        side = self.choose(conflict)
        self.met.append(conflict)
        if side is None:
            self.open.append(conflict)
        return conflict.theirs if side == "theirs" else conflict.ours


def same(one: Node | None, other: Node | None, in_order: bool = False) -> bool:
    """Equal in what they say; `in_order` with the same order of keys too."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        equal = list(one) == list(other) if in_order else one.entries.keys() == other.entries.keys()
        return equal and all(same(value, other.entries[key], in_order) for key, value in one.items())
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one) == len(other) and all(map(lambda a, b: same(a, b, in_order), one, other))
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return type(one.data) is type(other.data) and one.data == other.data
    return one is other


def aligned(base: Mapping, ours: Mapping, theirs: Mapping) -> tuple[Mapping, Mapping, Mapping]:
    """The three with today's names: what one side renamed, with `was:`, is the same thing on the other."""
    for_theirs, for_ours = _free(renamed(base, ours), theirs), _free(renamed(base, theirs), ours)
    return with_names(base, for_theirs | for_ours), with_names(ours, for_ours), with_names(theirs, for_theirs)


def renamed(before: Mapping, after: Mapping) -> dict[str, str]:
    """The old name to the new one of what `after` renamed; names may be swapped or move on."""
    return _free({old: new for new, old in renames(plain(before), plain(after)).items()}, before)


def _free(names: dict[str, str], node: Mapping) -> dict[str, str]:
    """Those new names that nothing else has which keeps its name."""
    while taken := [old for old, new in names.items() if new in node and new not in names and new != old]:
        names = {old: new for old, new in names.items() if old not in taken}
    return names


def with_names(node: Mapping, names: dict[str, str]) -> Mapping:
    """The same entries, some under other names."""
    if not names:
        return node
    entries = {names.get(key, key): value for key, value in node.items()}
    places = {names.get(key, key): place for key, place in node.keys.items()}
    return Mapping(entries, places, node.place, node.layer)


def moved(before: Node | None, after: Node | None) -> dict[str, str]:
    """Old names to new ones, of all that was renamed; without those that have several new names."""
    found: dict[str, set[str]] = {}
    for old, new in _moves(before, after):
        found.setdefault(old, set()).add(new)
    return {old: next(iter(new)) for old, new in found.items() if len(new) == 1 and old not in _BOUND}


def with_words(node: Node | None, names: dict[str, str]) -> Node | None:
    """The same with the new names in its texts."""
    if isinstance(node, Sequence) and names:
        return replace(node, items=tuple(with_words(each, names) for each in node))
    if isinstance(node, Scalar) and isinstance(node.data, str) and names:
        return replace(node, data=_WORD.sub(lambda found: names.get(found[0], found[0]), node.data))
    return node


def _moves(before: Node | None, after: Node | None) -> Iterator[tuple[str, str]]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return
    names = renamed(before, after)
    yield from names.items()
    for name, value in with_names(before, names).items():
        yield from _moves(value, after.get(name))


def _without(node: Mapping, key: str) -> Mapping:
    return Mapping({name: each for name, each in node.items() if name != key}, node.keys, node.place, node.layer)


def _alike(path: Path, *sides: Node | None) -> Any:
    """Options are the same written short or long."""
    if path[-1:] != ("options",) or not any(isinstance(each, Mapping) for each in sides):
        return sides
    return tuple(as_mapping(each) if isinstance(each, Sequence) else each for each in sides)


def _ordered(keys: Iterable[str], base: Mapping, ours: Mapping, theirs: Mapping) -> list[str]:
    """The order of the side that moved something, ours where both did; what only the other has, after its neighbour."""
    keys = set(keys)
    lead, other = (theirs, ours) if _moved(base, theirs) and not _moved(base, ours) else (ours, theirs)
    order = [key for key in lead if key in keys]
    before: str | None = None
    for key in other:
        if key in keys and key not in order:
            order.insert(order.index(before) + 1 if before in order else 0, key)
        before = key if key in order else before
    return order


def _moved(base: Mapping, side: Mapping) -> bool:
    return [key for key in base if key in side] != [key for key in side if key in base]
