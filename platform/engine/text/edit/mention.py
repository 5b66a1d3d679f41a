"""Mentions of a name that is no more: they stand where a problem points at it, and get its new name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from customary.engine.problem import Place, Problem


def renamed_mentions(texts: Mapping[str, str], problems: Iterable[Problem], old: str, new: str) -> dict[str, str]:
    """The texts, by path, in which the old name is replaced where a problem points at it."""
    found: dict[str, str] = {}
    about = re.compile(rf"“(?:[^”]*, )?[-=]?{re.escape(old)}[”.,]")
    places = {each.place for each in problems if about.search(each.summary)}
    for place in sorted(places, reverse=True):
        text = found.get(place.file, texts.get(place.file, ""))
        at = offset_of(text, place)
        end = text.find("\n", at) if "\n" in text[at:] else len(text)
        if word := re.compile(rf"\b{re.escape(old)}\b").search(text, at, end):
            found[place.file] = text[: word.start()] + new + text[word.end() :]
    return found


def offset_of(text: str, place: Place) -> int:
    """Where a place is in a text."""
    start = 1 if text.startswith("\ufeff") else 0
    for _ in range(place.line - 1):
        start = text.find("\n", start) + 1
        if start == 0:
            return len(text)
    return min(start + place.column - 1, len(text))
