"""The edits with which a file, laid over what lies below it, says what was merged; all else in it stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from customary.engine.problem import Problems
from customary.engine.text import Mapping, Node, Scalar, Sequence, plain
from customary.engine.text.edit import Edit, Insert, Move, Path, Remove, Rename, Set
from customary.engine.text.layers import ORDERED, laid
from customary.engine.upgrade.layered import POSITIONS, edited_again, without_gone, without_position
from customary.engine.upgrade.merge import renamed, same, with_names


def edits(own: Mapping, below: Node | None, wanted: Mapping, path: Path = (), in_order: bool = False) -> Iterator[Edit]:
    """What to change in `own` so that laid over `below` it gives `wanted`; `in_order` if nothing lies below."""
    key = str(path[-1]) if path else ""
    for old, new in renamed(own, wanted).items():
        if old not in wanted and new not in own:
            yield Rename((*path, old), new)
            own = with_names(own, {old: new})
    for name, value in own.items():
        if not _says_position(name, value, path):
            yield from _entry(value, _get(below, name), wanted.get(name), (*path, name), key, in_order)
    there = list(own)
    for name in _new_names(own, below, wanted):
        before = _neighbour(name, wanted, there) if in_order else None
        yield Insert(path, name, _difference(_get(below, name), wanted.get(name)), after=before)
        there.insert(there.index(before) + 1 if before else len(there), name)
    if in_order:
        yield from _moves([name for name in there if name in wanted], list(wanted), path)


def _entry(own: Node, below: Node | None, wanted: Node | None, path: Path, key: str, in_order: bool) -> Iterator[Edit]:
    """One entry of the file, with what it lies over and what it is to give."""
    bare, name = without_position(own, key), str(path[-1])
    if same(_given(below, bare, name), wanted):
        if in_order and isinstance(own, Mapping) and isinstance(wanted, Mapping):
            yield from edits(own, None, wanted, path, in_order)
    elif same(below, wanted) and not (isinstance(own, Mapping) and isinstance(below, Mapping)):
        yield Remove(path)
    elif wanted is None:
        yield Set(path, None)
    elif isinstance(own, Mapping) and isinstance(below, Sequence) and same(edited_again(below, own, name), wanted):
        yield from edits(own, None, without_gone(below, own), path)
    elif isinstance(own, Mapping) and isinstance(wanted, Mapping) and not isinstance(below, Sequence):
        inner = list(edits(own, below if isinstance(below, Mapping) else None, wanted, path, in_order))
        yield from [Remove(path)] if same(below, wanted) and _empties(inner, own, path) else inner
    else:
        yield Set(path, plain(wanted))


def _empties(changes: list[Edit], own: Mapping, path: Path) -> bool:
    """Whether the edits leave nothing of an entry."""
    gone = [each.path for each in changes if isinstance(each, Remove) and len(each.path) == len(path) + 1]
    return len(own) > 0 and len(changes) == len(gone) == len(own)


def _given(below: Node | None, own: Node, name: str) -> Node | None:
    """What the entry gives as it is; None where it takes away, or cannot be laid."""
    if below is not None and isinstance(own, Scalar) and own.data is None:
        return None
    problems = Problems()
    found = laid(below, own, name, problems)
    return None if len(problems) else found


def _says_position(name: str, value: Node, path: Path) -> bool:
    return name in POSITIONS and isinstance(value, Scalar) and len(path) > 1 and path[-2] in ORDERED


def _new_names(own: Mapping, below: Node | None, wanted: Mapping) -> list[str]:
    """What the file has no word about yet and needs one."""
    known = list(below) if isinstance(below, Mapping) else []
    names = [name for name in dict.fromkeys((*wanted, *known)) if name not in own]
    return [name for name in names if not same(_get(below, name), wanted.get(name))]


def _difference(below: Node | None, wanted: Node | None) -> Any:
    """What laid over `below` gives `wanted`."""
    if not isinstance(below, Mapping) or not isinstance(wanted, Mapping):
        return plain(wanted)
    names = dict.fromkeys((*wanted, *below))
    return {
        name: _difference(below.get(name), wanted.get(name))
        for name in names
        if not same(below.get(name), wanted.get(name))
    }


def _neighbour(name: str, wanted: Mapping, there: list[str]) -> str | None:
    """The entry after which a new one stands; None for the end."""
    order = list(wanted)
    above = [each for each in order[: order.index(name)] if each in there]
    return above[-1] if above else None


def _moves(there: list[str], wanted: list[str], path: Path) -> Iterator[Edit]:
    """Moves that bring entries into order."""
    for at, name in enumerate(wanted):
        if there[at] != name:
            yield Move((*path, name), before=there[at])
            there.remove(name)
            there.insert(at, name)


def _get(node: Node | None, name: str) -> Node | None:
    return node.get(name) if isinstance(node, Mapping) else None
