"""Builds nodes from YAML events: without recursion, so that no depth of nesting can break it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import yaml

from customary.engine.problem import Place, Problems
from customary.engine.text.node import Mapping, Node, Scalar, Sequence
from customary.engine.text.source import File

MAX_DEPTH = 50
MAX_NODES = 60_000
MAX_TEXT = 100_000
MAX_DOCUMENTS = 2_000
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+\Z")
_MAX_DIGITS = 40
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class Unreadable(Exception):
    """The rest of the file would be guesswork; the problem is already written down."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    place: Place
    is_mapping: bool
    is_flow: bool
    start: int
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    key: str | None = None
    key_place: Place | None = None
    key_end: int = 0
    last: tuple[str, Scalar, int] | None = None
    """The last unquoted value of a flow mapping: its key, and where it begins in the text."""
    size: int = 1


class Builder:
    """Makes the nodes of one file out of the events of its text."""

    def __init__(self, file: File, text: str, problems: Problems) -> None:
        self.file, self.text, self.problems = file, text, problems
        self.roots: list[Node] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.unfinished: set[str] = set()
        self.size = 0
        self.documents = 0

    def run(self, events: Iterable[yaml.Event]) -> None:
        """Fills `roots`, a node for each document. Raises Unreadable, or the YAMLError of a broken text."""
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                node, size = self._scalar(event), 1
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
                continue
            elif isinstance(event, yaml.CollectionEndEvent):
                node, size = self._close()
            elif isinstance(event, yaml.AliasEvent):
                node, size = self._alias(event)
            else:
                if isinstance(event, yaml.DocumentStartEvent):
                    self._begin(event)
                continue
            self._count(size, event)
            if not self.stack:
                self.roots.append(node)
            else:
                self._put(node, size, event)

    def _begin(self, event: yaml.Event) -> None:
        self.anchors = {}
        self.documents += 1
        if self.documents > MAX_DOCUMENTS:
            self._stop(self._place(event.start_mark), "more definitions than one file may hold", "Divide the file.")

    def rest(self) -> Node | None:
        """What had been read of the document in which the text broke off, as if it ended there.

        The value on whose line it broke is left out: half of it would look wrong in itself.
        """
        node: Node | None = None
        while self.stack:
            half_said = self.stack[-1].is_flow or not (self.stack[-1].entries or self.stack[-1].items)
            node, _ = self._close()
            parent = self.stack[-1] if self.stack else None
            if parent is None or half_said:
                continue
            if not parent.is_mapping:
                parent.items.append(node)
            elif parent.key is not None:
                parent.entries.setdefault(parent.key, node)
        return node

    def _place(self, mark: yaml.Mark) -> Place:
        return Place(self.file.path, mark.line + 1, mark.column + 1)

    def _stop(self, place: Place, summary: str, remedy: str) -> None:
        self.problems.add(place, summary, remedy)
        raise Unreadable

    def _count(self, size: int, event: yaml.Event) -> None:
        self.size += size if isinstance(event, yaml.AliasEvent) else 1
        if self.size > MAX_NODES:
            self._stop(
                self._place(event.start_mark), "more values than one file may hold", "Write less by “*”, or divide it."
            )

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = event.start_mark, event.end_mark
        place = Place(self.file.path, start.line + 1, start.column + 1)
        if event.tag is not None:
            self._tag(place, event.tag)
        if len(event.value) > MAX_TEXT:
            self._stop(place, f"a text longer than {MAX_TEXT:,} characters", "Divide it.")
        raw = self.text[start.index : end.index]
        quoted = bool(event.style)
        value = event.value
        data = value if quoted else _meaning(value)
        if not quoted and self.text.startswith(" #", end.index) and value:
            self._comment(place, end)
        node = Scalar(data, place, self.file.layer, quoted, raw)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1)
        return node

    def _tag(self, place: Place, tag: str) -> None:
        self._stop(place, f"“{tag}” is a YAML tag, which has no meaning here", "Quote a text that begins with “!”.")

    def _comment(self, place: Place, end: yaml.Mark) -> None:
        """`label: Visit #1` would lose its end without a word; a comment has a blank after its `#`."""
        after = self.text[end.index + 2 : end.index + 3]
        if after not in ("", " ", "\n", "#", "!"):
            rest = self.text[end.index + 1 : end.index + 60].split("\n", 1)[0].split(" #", 1)[0].rstrip()
            self.problems.add(
                Place(place.file, end.line + 1, end.column + 2),
                f"“{rest[:40]}” is a comment here",
                "Quote a text that holds “ #”; write a blank after the “#” of a comment.",
            )

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        place = self._place(event.start_mark)
        if event.tag is not None:
            self._tag(place, event.tag)
        if len(self.stack) >= MAX_DEPTH:
            self._stop(place, f"nested more than {MAX_DEPTH} levels deep", "Nest less.")
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        opened = _Open(place, is_mapping, event.flow_style, event.start_mark.index, event.anchor)
        parent = self.stack[-1] if self.stack else None
        if parent and parent.is_mapping and parent.key is None:
            self._collection_as_key(parent, opened)
        if event.anchor:
            self.unfinished.add(event.anchor)
        self.stack.append(opened)

    def _collection_as_key(self, parent: _Open, opened: _Open) -> None:
        if parent.is_flow and opened.start == parent.start + 1:
            self._stop(parent.place, "“{{” begins an unquoted value", "Quote a text that begins with “{{”.")
        self._stop(opened.place, "a key must be a word", "Quote a text that begins with “{” or “[”.")

    def _close(self) -> tuple[Node, int]:
        done = self.stack.pop()
        if done.is_mapping:
            node: Node = Mapping(done.entries, done.keys, done.place, self.file.layer)
        else:
            node = Sequence(tuple(done.items), done.place, self.file.layer)
        if done.anchor:
            self.unfinished.discard(done.anchor)
            self.anchors[done.anchor] = (node, done.size)
        return node, done.size

    def _alias(self, event: yaml.AliasEvent) -> tuple[Node, int]:
        place, name = self._place(event.start_mark), event.anchor
        if name in self.unfinished:
            self._stop(place, f"“*{name}” would contain itself", "Write the value out.")
        if name not in self.anchors:
            self._stop(
                place, f"“*{name}” refers to nothing before it", f"Quote a text that begins with “*”: '*{name}'."
            )
        return self.anchors[name]

    def _put(self, node: Node, size: int, event: yaml.Event) -> None:
        parent = self.stack[-1]
        parent.size += size
        if not parent.is_mapping:
            parent.items.append(node)
        elif parent.key is None:
            self._key(parent, node, event)
        else:
            if not parent.is_flow or self._has_colon(parent, node, event):
                parent.entries.setdefault(parent.key, node)
                if isinstance(node, Scalar):
                    parent.last = (parent.key, node, event.start_mark.index)
            parent.key = None

    def _key(self, parent: _Open, node: Node, event: yaml.Event) -> None:
        if not isinstance(node, Scalar):
            self._stop(self._place(event.start_mark), "a key must be a word", "Quote it.")
        key = node.data if node.quoted else node.raw
        if not node.quoted and key == "<<":
            self._stop(node.place, "“<<” does not merge here", "Write the keys out.")
        if len(node.raw) > 200 or not key:
            self._stop(node.place, "a key must be a word", "Keys have 1 to 200 characters.")
        if key in parent.entries:
            first = parent.keys[key]
            self.problems.add(node.place, f"“{key}” is there twice", f"The first is on line {first.line}; keep one.")
        else:
            parent.keys[key] = node.place
        parent.key, parent.key_place, parent.key_end = key, node.place, event.end_mark.index

    def _has_colon(self, parent: _Open, node: Node, event: yaml.Event) -> bool:
        """`{en: Hello, world}` is a key `world` without a value to YAML: a text whose comma divided it."""
        if not isinstance(node, Scalar) or node.raw or ":" in self.text[parent.key_end : event.end_mark.index + 1]:
            return True
        self.problems.add(
            parent.key_place or parent.place,
            f"“{parent.key}” has no value",
            "Quote a text that holds a comma: {en: 'Hello, world'}.",
        )
        self._join(parent)
        return False

    def _join(self, parent: _Open) -> None:
        """Takes the two halves for the text that was meant, so that the first alone does not look wrong."""
        if parent.last and not parent.last[1].quoted:
            key, half, start = parent.last
            raw = self.text[start : parent.key_end]
            parent.entries[key] = Scalar(raw, half.place, half.layer, False, raw)
            parent.last = (key, parent.entries[key], start)


def _meaning(text: str) -> object:
    """YAML 1.2, strictly: `no`, `on`, `012`, `1_000`, `1e3` and dates stay text."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if (first == "-" or first.isdigit()) and len(text) <= _MAX_DIGITS:
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
    return text
