"""Where each value of a text begins and ends, comments and line ends apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

_ANCHOR = re.compile(r"&[^\s\[\]{},]+[ ]*")


@dataclass(slots=True)
class Spot:
    """A value in a text: `text[start:end]`, from its anchor to its last character.

    `style` is "block", "flow" or "pair" (`[a: 1]`, a mapping without braces) for mappings and lists, the quotation
    mark or indicator of a scalar, and "*" for an alias.
    """

    start: int
    end: int
    style: str
    is_mapping: bool = False
    is_list: bool = False
    anchor: str | None = None
    keys: list[Spot] = field(default_factory=list)
    """Of a mapping, in the order of `items`."""
    items: list[Spot] = field(default_factory=list)
    name: str = ""
    """The text of a scalar, for keys; the anchor that an alias names."""

    @property
    def in_block(self) -> bool:
        return self.style == "block"

    def walk(self) -> Iterator[Spot]:
        """This spot and all inside it."""
        yield self
        for each in (*self.keys, *self.items):
            yield from each.walk()


def spots(text: str) -> list[Spot]:
    """The roots of the documents of a text, which has to be YAML without tags."""
    roots: list[Spot] = []
    stack: list[Spot] = []
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            done = _closed(stack.pop(), event, text)
        elif isinstance(event, yaml.CollectionStartEvent):
            stack.append(_opened(event, text))
            continue
        elif isinstance(event, yaml.NodeEvent):
            done = _leaf(event, text)
        else:
            continue
        _put(stack, roots, done)
    return roots


def content_start(spot: Spot, text: str) -> int:
    """Where the value begins after its anchor."""
    if spot.anchor and (found := _ANCHOR.match(text, spot.start)):
        return found.end()
    return spot.start


def line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def column(text: str, index: int) -> int:
    return index - line_start(text, index)


def skip_trivia(text: str, index: int) -> int:
    """The next character that is neither blank nor comment."""
    while index < len(text):
        if text[index] == "#":
            index = line_end(text, index)
        elif text[index] not in " \n\t":
            return index
        else:
            index += 1
    return index


def _put(stack: list[Spot], roots: list[Spot], done: Spot) -> None:
    if not stack:
        roots.append(done)
    elif stack[-1].is_mapping and len(stack[-1].keys) == len(stack[-1].items):
        stack[-1].keys.append(done)
    else:
        stack[-1].items.append(done)


def _opened(event: yaml.CollectionStartEvent, text: str) -> Spot:
    is_mapping = isinstance(event, yaml.MappingStartEvent)
    spot = Spot(event.start_mark.index, event.end_mark.index, "block", is_mapping, not is_mapping, event.anchor)
    if event.flow_style:
        spot.style = "flow" if text[content_start(spot, text)] in "{[" else "pair"
    return spot


def _closed(spot: Spot, event: yaml.Event, text: str) -> Spot:
    """A block ends with its last value: what the library counts to it are comments and blank lines."""
    spot.end = event.end_mark.index if spot.style == "flow" else (spot.items or [spot])[-1].end
    return spot


def _leaf(event: yaml.NodeEvent, text: str) -> Spot:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Spot(start, end, "*", name=event.anchor)
    style = event.style or ""
    if style in ("|", ">"):
        end = _block_end(text, content_start(Spot(start, end, style, anchor=event.anchor), text), end)
    return Spot(start, end, style, anchor=event.anchor, name=event.value)


def _block_end(text: str, start: int, end: int) -> int:
    """The end of the last line of a block scalar; blank lines below count only where `+` keeps them."""
    head = text[start : line_end(text, start)].split(" #")[0]
    if "+" in head:
        return max(start, end - 1) if text[end - 1 : end] == "\n" else end
    return start + len(text[start:end].rstrip(" \n"))


def aliases(roots: Iterable[Spot]) -> Iterator[Spot]:
    """All aliases of some spots."""
    return (each for root in roots for each in root.walk() if each.style == "*")
