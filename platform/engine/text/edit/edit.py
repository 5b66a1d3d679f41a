"""Makes edits in a text one after the other, and proves of each that it changed what it should and nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from customary.engine.problem import Problems
from customary.engine.text.edit import patch
from customary.engine.text.edit.change import (
    Edit,
    EditProblem,
    Insert,
    Move,
    Path,
    Remove,
    Rename,
    Set,
    index_of,
    position,
    shown,
    value_at,
)
from customary.engine.text.edit.patch import Entry, Patches
from customary.engine.text.edit.spot import Spot, aliases, spots
from customary.engine.text.node import plain
from customary.engine.text.read import blanks_for_tabs, roots
from customary.engine.text.source import File

_INDENTED = re.compile(r"^[^\s#].*:[ ]*(?:#.*)?\n(?:[ ]*(?:#.*)?\n)*( +)[^\s#-]", re.MULTILINE)


def edit(text: str, edits: Iterable[Edit], document: int | tuple[str, str] = 0) -> str:
    """The text after the edits, which all concern one of its documents: by number, or by kind and name.

    `edit("entity: deal\\nicon: star # why\\n", [Set(("icon",), "flag")])` gives `"entity: deal\\nicon: flag # why\\n"`.
    Raises EditProblem for a text with problems, for a path that does not exist, or whose value stands in other
    places too (`&`, `*`), and where the file cannot say what is asked for.
    """
    mark = text[: len(text) - len(text.removeprefix("\ufeff"))]
    text = text.removeprefix("\ufeff")
    for each in edits:
        text = _edited(text, each, document)
    return mark + text


def _edited(original: str, change: Edit, document: int | tuple[str, str]) -> str:
    text = blanks_for_tabs(_unix(original))
    before = _data(text)
    number = _number(before, document)
    after = copy.deepcopy(before)
    after[number] = change.apply(after[number])
    if _same(before, after):
        return original
    found = spots(text)
    for patches in _ways(text, found, number, before[number], change):
        made = _patched(text, patches)
        if _same(_data_or_none(made), after):
            return _in_original(original, patches)
    raise EditProblem(f"“{shown(change.path)}” cannot be changed here without writing the lines around it anew.")


def _ways(text: str, found: list[Spot], number: int, data: Any, change: Edit) -> Iterator[Patches]:
    """The patches that may do it, the best first."""
    shared = _Shared(text, found)
    root, step = found[number], _step(text)
    match change:
        case Set():
            yield from patch.set_value(_entry(text, root, data, change.path, step, shared), change.value)
        case Rename():
            entry = _entry(text, root, data, change.path, step, shared)
            yield patch.rename(entry, change.name)
        case Remove():
            yield from _removals(text, root, data, change.path, step, shared)
        case Insert():
            yield from _insertions(text, root, data, change, step, shared)
        case Move():
            yield from _moves(text, root, data, change, step, shared)


def _removals(text: str, root: Spot, data: Any, path: Path, step: int, shared: _Shared) -> Iterator[Patches]:
    entry = _entry(text, root, data, path, step, shared)
    shared.refuse_needed(entry.value, path)
    if len(entry.parent.items) > 1:
        yield from patch.remove(entry)
    elif path[:-1]:
        empty: Any = {} if entry.parent.is_mapping else []
        yield from patch.set_value(_entry(text, root, data, path[:-1], step, shared), empty)


def _insertions(text: str, root: Spot, data: Any, change: Insert, step: int, shared: _Shared) -> Iterator[Patches]:
    container = value_at(data, change.path)
    if container is None or (not container and change.path):
        whole = _entry(text, root, data, change.path, step, shared)
        if container is None or not whole.value.items:
            yield from patch.set_value(whole, change.within)
        return
    parent = _spot(root, data, change.path, shared)
    place = position(container, change.after, change.before)
    yield from patch.insert(text, parent, place, change.key, change.value, step)
    if parent.style == "pair":
        yield from _written_anew(text, root, data, change, step, shared)


def _written_anew(text: str, root: Spot, data: Any, change: Insert, step: int, shared: _Shared) -> Iterator[Patches]:
    """`[a: 1]` has no room for a second key; `[{a: 1, b: 2}]` has."""
    after = value_at(change.apply(copy.deepcopy(data)), change.path)
    yield from patch.set_value(_entry(text, root, data, change.path, step, shared), after)


def _moves(text: str, root: Spot, data: Any, change: Move, step: int, shared: _Shared) -> Iterator[Patches]:
    """An entry's own text at its new place, or its value written anew where that does not fit."""
    to = change.path[:-1] if change.to is None else change.to
    entry = _entry(text, root, data, change.path, step, shared)
    target = _spot(root, data, to, shared)
    place = position(value_at(data, to), change.after, change.before)
    key = str(change.path[-1]) if target.is_mapping else None
    value = value_at(data, change.path)
    gone = list(_removals(text, root, data, change.path, step, shared))
    for there in _arrivals(text, root, data, to, (entry, target, place, key, value), step, shared):
        for away in gone:
            yield there + away


def _arrivals(text: str, root: Spot, data: Any, to: Path, what: Any, step: int, shared: _Shared) -> Iterator[Patches]:
    entry, target, place, key, value = what
    if not target.items:
        yield from _insertions(text, root, data, Insert(to, key, value), step, shared)
        return
    if target.in_block and entry.parent.in_block and target.is_mapping == entry.parent.is_mapping:
        yield patch.insert_lines(text, target, place, patch.lines_of(entry), step)
    if not target.in_block and target.is_mapping == entry.parent.is_mapping:
        yield from patch.insert_in_flow(text, target, place, text[entry.start : entry.value.end], step)
    yield from patch.insert(text, target, place, key, value, step)


def _entry(text: str, root: Spot, data: Any, path: Path, step: int, shared: _Shared) -> Entry:
    """The entry at a path, whose value may be changed."""
    parent = _spot(root, data, path[:-1], shared)
    entry = Entry(text, parent, index_of(value_at(data, path[:-1]), path[-1]), step)
    if entry.value.style != "*":
        shared.refuse(entry.value, path)
    return entry


def _spot(root: Spot, data: Any, path: Path, shared: _Shared) -> Spot:
    """The mapping or list at a path, into which may be written."""
    shared.refuse(root, ())
    for number, key in enumerate(path, 1):
        root, data = root.items[index_of(data, key, path)], data[key]
        shared.refuse(root, path[:number])
    return root


class _Shared:
    """What anchors and aliases let stand in several places at once."""

    def __init__(self, text: str, found: Sequence[Spot]) -> None:
        self.text = text
        self.used = list(aliases(found))

    def refuse(self, spot: Spot, path: Path) -> None:
        if spot.style == "*":
            raise EditProblem(f"“{shown(path)}” is “*{spot.name}”: change it where “&{spot.name}” is.")
        if spot.anchor in {each.name for each in self.used}:
            raise EditProblem(f"“{shown(path)}” is used again as “*{spot.anchor}”; change it by hand.")

    def refuse_needed(self, spot: Spot, path: Path) -> None:
        """What goes must not take an anchor along that others refer to."""
        outside = {each.name for each in self.used if not spot.start <= each.start < spot.end}
        for each in spot.walk():
            if each.anchor in outside:
                raise EditProblem(f"“{shown(path)}” holds “&{each.anchor}”, which is used elsewhere.")


def _data(text: str) -> list[Any]:
    """The documents as plain data. Raises EditProblem for a text that has problems itself."""
    problems = Problems()
    found, _ = roots(File("", "", ""), text, problems)
    for problem in problems:
        raise EditProblem(f"The file has a problem at line {problem.place.line}: {problem.summary}.")
    return [plain(each) for each in found]


def _data_or_none(text: str) -> list[Any] | None:
    try:
        return _data(text)
    except EditProblem:
        return None


def _number(data: list[Any], document: int | tuple[str, str]) -> int:
    for number, each in enumerate(data):
        if number == document or (isinstance(each, dict) and next(iter(each.items()), None) == document):
            return number
    raise EditProblem(f"There is no document “{document if isinstance(document, int) else ': '.join(document)}”.")


def _same(one: Any, other: Any) -> bool:
    """Equal, with equal types, and in the same order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        one, other = str(one), str(other)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _step(text: str) -> int:
    """By how much the text indents what lies inside."""
    found = _INDENTED.search(text)
    return min(len(found[1]), 8) if found else 2


def _patched(text: str, patches: Patches) -> str:
    for start, end, new in sorted(patches, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _in_original(original: str, patches: Patches) -> str:
    """The patches in a text that ends its lines in another way; new lines end like the first."""
    if "\r" not in original:
        return _patched(original, patches)
    places = [found.start() for found in re.finditer(r"(?s)\r\n|.", original)] + [len(original)]
    ending = re.search(r"\r\n|\r|\n", original)
    newline = ending[0] if ending else "\n"
    return _patched(original, [(places[a], places[b], new.replace("\n", newline)) for a, b, new in patches])
