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
        at = _raw_offset(self.raw, str(self.data), offset)
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


_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|.", re.DOTALL)
_DOUBLED = re.compile(r"''|.", re.DOTALL)
_PLAIN = re.compile(r".", re.DOTALL)
_BLANK_ESCAPES = frozenset("\n\t nrtfvNLP_")
"""What stands after “\\” for a blank, a line end or nothing at all."""


def _raw_offset(raw: str, text: str, offset: int) -> int:
    """Where in `raw` the character at `offset` of its text was written.

    YAML folds lines, strips indentation and unescapes: what it changes is blanks only. So the same number of
    characters that are not blank stands before the spot in the text and in what was written.
    """
    offset = min(offset, len(text))
    wanted = sum(not each.isspace() for each in text[:offset])
    at_blank = offset == len(text) or text[offset].isspace()
    end = start = _beginning(raw)
    for match in (_ESCAPED if raw[:1] == '"' else _DOUBLED if raw[:1] == "'" else _PLAIN).finditer(raw, start):
        if _is_blank(match):
            continue
        if wanted == 0 and not at_blank:
            return match.start()
        if wanted == 0:
            break
        wanted, end = wanted - 1, match.end()
    return min(end + _blanks_before(text, offset), len(raw))


def _beginning(raw: str) -> int:
    """Where the text begins: after its quote, or after the line with the mark of a block."""
    if raw[:1] in ("|", ">"):
        return raw.find("\n") + 1 or len(raw)
    return 1 if raw[:1] in ("'", '"') else 0


def _is_blank(match: re.Match[str]) -> bool:
    if match.re is _ESCAPED and (code := match[1] or match[2] or match[3]):
        return chr(min(int(code, 16), 0x10FFFF)).isspace()
    return match[4] in _BLANK_ESCAPES if match.re is _ESCAPED and match[4] else match[0].isspace()


def _blanks_before(text: str, offset: int) -> int:
    return len(text[:offset]) - len(text[:offset].rstrip(" "))
