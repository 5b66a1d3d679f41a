"""The nodes of a definition: plain data in which every value knows its place and its layer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from customary.engine.problem import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: text, int, Decimal, bool or None. `raw` is how it was written, quotes included."""

    data: Any
    place: Place
    layer: str = ""
    quoted: bool = False
    raw: str = ""

    def text_place(self, offset: int) -> Place:
        """The place of the character at `offset` of the text, for positions inside expressions."""
        at = _raw_offset(self.raw, offset)
        before = self.raw[:at]
        breaks = before.count("\n")
        if breaks == 0:
            return Place(self.place.file, self.place.line, self.place.column + at)
        return Place(self.place.file, self.place.line + breaks, at - before.rfind("\n"))


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place
    layer: str = ""

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Nodes by key, in their order; `keys` has the place of each key."""

    entries: dict[str, Node]
    keys: dict[str, Place]
    place: Place
    layer: str = ""
    layers: dict[str, str] = field(default_factory=dict)
    """The layer that last wrote a key, where it is not the mapping's own."""

    def get(self, key: str) -> Node | None:
        return self.entries.get(key)

    def place_of(self, key: str) -> Place:
        """Where the key is written, or the mapping when it is not there."""
        return self.keys.get(key, self.place)

    def items(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


Node = Scalar | Sequence | Mapping


def plain(node: Node | None) -> Any:
    """The node as Python data, without places."""
    if isinstance(node, Scalar):
        return node.data
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None


_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_BLOCK = re.compile(r"[|>][^\n]*\n")


def _raw_offset(raw: str, offset: int) -> int:
    """Where in `raw` the character at `offset` of its text was written."""
    if raw[:1] == "|" and (head := _BLOCK.match(raw)):
        return _offset_in_block(raw, head.end(), offset)
    if raw[:1] == "'":
        return _walk(raw, 1, offset, re.compile("''"))
    if raw[:1] == '"':
        return _walk(raw, 1, offset, _ESCAPE)
    return _walk(raw, 0, offset, None)


def _walk(raw: str, at: int, offset: int, pair: re.Pattern[str] | None) -> int:
    """Steps over `offset` characters of text; a folded line break with its indentation is one blank."""
    for _ in range(offset):
        if at >= len(raw):
            break
        if pair and (match := pair.match(raw, at)):
            at = match.end()
        elif fold := _FOLD.match(raw, at):
            at = fold.end()
        else:
            at += 1
    return at


_FOLD = re.compile(r"[ ]*\n[ ]*")


def _offset_in_block(raw: str, at: int, offset: int) -> int:
    indent = len(raw[at:]) - len(raw[at:].lstrip(" "))
    for line in raw[at:].split("\n"):
        width = max(len(line) - indent, 0)
        if offset <= width:
            return at + indent + offset
        offset -= width + 1
        at += len(line) + 1
    return len(raw)
