"""An edit as patches of the text: the few characters that change, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from customary.engine.text.edit import render
from customary.engine.text.edit.spot import Spot, column, content_start, line_end, line_start, skip_trivia

Patches = list[tuple[int, int, str]]
"""What stands between two indexes of the text, and what takes its place."""


@dataclass(slots=True)
class Entry:
    """One entry of a mapping or list in a text: where it begins (its key or dash) and where its value is."""

    text: str
    parent: Spot
    number: int
    step: int

    @property
    def value(self) -> Spot:
        return self.parent.items[self.number]

    @property
    def start(self) -> int:
        """Its key, its dash, or in a flow list the item itself."""
        if self.parent.is_mapping:
            return self.parent.keys[self.number].start
        return self._dash() if self.parent.in_block else self.value.start

    @property
    def marker_end(self) -> int:
        """Behind its colon or dash, and behind the anchor of its value."""
        if self.parent.is_mapping:
            end = self.text.index(":", self.parent.keys[self.number].end) + 1
        else:
            end = self._dash() + 1
        return content_start(self.value, self.text) if self.value.anchor else end

    @property
    def line_begins(self) -> bool:
        """Whether nothing stands before it on its line."""
        return not self.text[line_start(self.text, self.start) : self.start].strip(" ")

    @property
    def region_end(self) -> int:
        """The end of its last line, with the comment there and with comments below that are indented deeper."""
        end = line_end(self.text, self.value.end)
        own, at = column(self.text, self.start), end
        while at < len(self.text):
            following = self.text[at + 1 : line_end(self.text, at + 1)]
            stripped = following.lstrip(" ")
            if stripped and not (stripped.startswith("#") and len(following) - len(stripped) > own):
                break
            at += 1 + len(following)
            end = at if stripped else end
        return end

    def _dash(self) -> int:
        before = self.parent.items[self.number - 1].end if self.number else content_start(self.parent, self.text)
        return skip_trivia(self.text, before)


def set_value(entry: Entry, value: Any) -> Iterator[Patches]:
    """Ways to write another value, the best first."""
    text, old = entry.text, entry.value
    begin = content_start(old, text)
    if not entry.parent.in_block:
        written = render.inline(value, flow=True, like=old.style)
        yield [(begin, old.end, written)]
        yield [(begin, old.end, f" {written}")]
        return
    if (lines := _as_block(entry, value)) is not None:
        yield _block_value(entry, lines)
    written = render.inline(value, flow=False, like=old.style)
    if old.in_block:
        yield _instead_of_block(entry, f" {written}")
    yield [(begin, old.end, written)]
    yield [(entry.marker_end, old.end, f" {written}")]


def remove(entry: Entry) -> Iterator[Patches]:
    """Ways to take an entry out of a mapping or list that has others."""
    text, parent, number = entry.text, entry.parent, entry.number
    last = number == len(parent.items) - 1
    if not parent.in_block:
        yield from _remove_from_flow(entry, last)
    elif entry.line_begins:
        start, end = line_start(text, entry.start), entry.region_end
        yield [(start, end + 1, "")] if end < len(text) else [(max(start - 1, 0), end, "")]
    else:
        following = Entry(text, parent, number + 1, entry.step).start
        end = line_end(text, entry.value.end)
        if "#" in text[end:following]:
            yield [(len(text[: entry.start].rstrip(" ")), end, "")]
        yield [(entry.start, following, "")]


def insert(text: str, parent: Spot, place: int, key: str | None, value: Any, step: int) -> Iterator[Patches]:
    """Ways to add an entry to a mapping or list that has some."""
    if not parent.in_block:
        name = "" if key is None else render.inline(key, flow=True) + ": "
        yield from insert_in_flow(text, parent, place, name + render.inline(value, flow=True), step)
        return
    as_block = _siblings_are_blocks(text, parent, place)
    for choice in (as_block, not as_block):
        lines = render.item(value, step, choice) if key is None else render.entry(key, value, step, choice)
        yield insert_lines(text, parent, place, lines, step)
    name = "-" if key is None else render.inline(key, flow=False) + ":"
    yield insert_lines(text, parent, place, [f"{name} {render.inline(value, flow=False)}"], step)


def insert_lines(text: str, parent: Spot, place: int, lines: list[str], step: int) -> Patches:
    """Adds the lines of an entry to a block; they begin at column 0."""
    first = Entry(text, parent, 0, step)
    pad = " " * column(text, first.start)
    if place == 0:
        return [(first.start, first.start, _joined(lines, pad) + "\n" + pad)]
    end = Entry(text, parent, place - 1, step).region_end
    return [(end, end, "\n" + pad + _joined(lines, pad))]


def insert_in_flow(text: str, parent: Spot, place: int, written: str, step: int) -> Iterator[Patches]:
    """Adds an entry between brackets."""
    if parent.style == "pair":
        return
    if not parent.items:
        start = content_start(parent, text) + 1
        yield [(start, start, written)]
    elif place == 0:
        start = Entry(text, parent, 0, step).start
        yield [(start, start, f"{written}, ")]
    else:
        end = parent.items[place - 1].end
        yield [(end, end, f", {written}")]
        yield [(end, end, f" , {written}")]


def rename(entry: Entry, name: str) -> Patches:
    key = entry.parent.keys[entry.number]
    flow = not entry.parent.in_block
    return [(content_start(key, entry.text), key.end, render.inline(name, flow=flow, like=key.style))]


def lines_of(entry: Entry) -> list[str]:
    """The lines of a block entry as they are written, moved to column 0."""
    indent = column(entry.text, entry.start)
    first, *rest = entry.text[entry.start : entry.region_end].split("\n")
    return [first, *(each[min(indent, len(each) - len(each.lstrip(" "))) :] for each in rest)]


def _joined(lines: list[str], pad: str) -> str:
    return ("\n" + pad).join(lines).replace(f"\n{pad}\n", "\n\n") if pad else "\n".join(lines)


def _as_block(entry: Entry, value: Any) -> list[str] | None:
    """The lines of a value that is better told in several, without those of its key."""
    like_before = entry.value.in_block
    make = render.entry("k", value, entry.step, like_before) if entry.parent.is_mapping else None
    made = make or render.item(value, entry.step, like_before)
    return made if len(made) > 1 else None


def _block_value(entry: Entry, lines: list[str]) -> Patches:
    """The value as lines of its own, or behind the dash; the comment behind the old one stays."""
    text, old = entry.text, entry.value
    pad = " " * column(text, entry.start)
    if not entry.parent.is_mapping:
        return [(entry.marker_end, old.end, _joined(lines, pad)[1:])]
    head, *rest = lines
    start, end = entry.marker_end, old.end
    below = "\n" + pad + _joined(rest, pad)
    if old.in_block and "#" in text[start : old.start]:
        begin = line_start(text, content_start(old, text))
        return [(start, start, head[2:]), (begin - 1, end, below)]
    behind = text[end : line_end(text, end)]
    comment = behind if old.style not in ("|", ">") and not old.in_block else ""
    return [(start, end + len(comment), head[2:] + comment.rstrip(" ") + below)]


def _instead_of_block(entry: Entry, written: str) -> Patches:
    """One line instead of the lines of a block; a comment behind the key stays."""
    text, old = entry.text, entry.value
    start = content_start(old, text)
    if line_start(text, start) <= entry.marker_end:
        return [(entry.marker_end, old.end, written)]
    head_end = line_end(text, entry.marker_end)
    return [(entry.marker_end, entry.marker_end, written), (head_end, line_end(text, old.end), "")]


def _remove_from_flow(entry: Entry, last: bool) -> Iterator[Patches]:
    text, parent, number = entry.text, entry.parent, entry.number
    if not last:
        yield [(entry.start, Entry(text, parent, number + 1, entry.step).start, "")]
        return
    end = entry.value.end
    before = parent.items[number - 1].end if number else entry.start
    if number and "#" not in text[before : entry.start]:
        yield [(before, end, "")]
    comma = re.match(r"\s*,\s*", text[end:])
    yield [(entry.start, end + (comma.end() if comma else 0), "")]


def _siblings_are_blocks(text: str, parent: Spot, place: int) -> bool:
    """Whether mappings beside the new one are written as blocks; the nearest above decides."""
    nearest = [*parent.items[:place][::-1], *parent.items[place:]]
    told = next((each for each in nearest if each.is_mapping or each.is_list), None)
    return bool(told and told.in_block)
