"""Versions of packs: which is newer, and what a pack says of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from customary.engine.text import Mapping, Node, plain

_PART = re.compile(r"\d+|[a-zA-Z]+")
_NUMBERS = re.compile(r"\d*(?:\.\d+)*")

Rank = tuple[tuple[int, ...], bool, tuple[tuple[int, str], ...]]


def rank(version: str) -> Rank:
    """What versions are compared by: number by number; one with a word behind, as `1.0-beta`, comes before it."""
    told = version.split("+")[0]
    found = _NUMBERS.match(told)
    numbers = [int(each) for each in found[0].split(".") if each] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    words = _PART.findall(told[found.end() if found else 0 :])
    return tuple(numbers), not words, tuple((int(each), "") if each.isdigit() else (0, each.lower()) for each in words)


@dataclass(frozen=True, slots=True)
class Step:
    """One pack of an upgrade: from which version to which, and what the new pack says of those between."""

    pack: str
    was: str
    now: str
    notes: tuple[tuple[str, str], ...]

    @property
    def is_back(self) -> bool:
        return rank(self.now) < rank(self.was)


def notes(described: Mapping, was: str, now: str, language: str = "en") -> Iterator[tuple[str, str]]:
    """The versions after `was` up to `now` that `changes:` of a pack tells of, the oldest first."""
    told = described.get("changes")
    if isinstance(told, Mapping):
        between = [each for each in told if rank(was) < rank(each) <= rank(now)]
        yield from ((each, _text(told.get(each), language)) for each in sorted(between, key=rank))


def _text(label: Node | None, language: str) -> str:
    texts = plain(label)
    if isinstance(texts, dict):
        return str(texts.get(language) or next(iter(texts.values()), ""))
    return str(texts or "")
