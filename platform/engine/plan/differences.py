"""Differences of two values as they are written in definitions, each told shortly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from os.path import commonprefix
from typing import Any, NamedTuple

from customary.engine.plan.masking import HIDDEN, masked

LONGEST = 60
"""Characters of a value in a line."""
AROUND = 10
"""So much is told of what two long values have in common before they differ."""
ABSENT: Any = object()
TEXTS = frozenset({"label", "plural", "help", "message", "guard_message", "text", "subject", "body", "title", "name"})
"""Keys of what people read, written once or by language."""


class Difference(NamedTuple):
    """A key, with a point before each key inside it, and what was and is written there."""

    key: str
    before: str
    after: str


def differences(key: str, old: Any, new: Any) -> Iterator[Difference]:
    """What differs at a key; ABSENT stands for what is not written.

    >>> list(differences("max_length", 200, 80))
    [Difference(key='max_length', before='200', after='80')]
    >>> list(differences("label", "Deal", {"en": "Deal", "el": "Ευκαιρία"}))
    [Difference(key='label.el', before='', after='“Ευκαιρία”')]
    """
    if old == new and type(old) is type(new):
        return
    if _is_text(key) and (isinstance(old, Mapping) or isinstance(new, Mapping)):
        yield from _of_languages(key, _by_language(old), _by_language(new))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for each in {**old, **new}:
            inner = f"{key}.{each}" if key else str(each)
            yield from differences(inner, old.get(each, ABSENT), new.get(each, ABSENT))
    elif _has_parts(old) and _has_parts(new):
        yield from _of_items(key, old, new)
    else:
        yield Difference(key, *_both(key, old, new))


def short(key: str, value: Any) -> str:
    """A value as a line tells it."""
    return _cut(key, value, _open(key, value))


def _both(key: str, old: Any, new: Any) -> tuple[str, str]:
    """Two values as a line tells them. Where they are long, what they begin with in common is left out."""
    before, after = _open(key, old), _open(key, new)
    alike = len(commonprefix([before, after])) if max(len(before), len(after)) > LONGEST else 0
    if alike > 2 * AROUND:
        before, after = (f"…{text[alike - AROUND :]}" for text in (before, after))
    return _cut(key, old, before), _cut(key, new, after)


def _open(key: str, value: Any) -> str:
    """A value in full; passwords are hidden."""
    if value is ABSENT:
        return ""
    return HIDDEN if key.endswith("password") else masked(_told(value))


def _cut(key: str, value: Any, text: str) -> str:
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return f"“{text}”" if isinstance(value, str) and _is_text(key) else text


def _told(value: Any) -> str:
    match value:
        case bool() | None:
            return json.dumps(value)
        case list() | tuple():
            return f"[{', '.join(map(_told, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{key}: {_told(each)}' for key, each in value.items())}}}"
        case _:
            return " ".join(str(value).split())


def _is_text(key: str) -> bool:
    *owners, last = key.split(".")
    return last in TEXTS or owners[-1:] != [] and owners[-1] in TEXTS


def _by_language(value: Any) -> Mapping[str, Any]:
    """A text by language; the English, or only, one has no key of its own."""
    if value is ABSENT:
        return {}
    if not isinstance(value, Mapping):
        return {"": value}
    return {"" if language == "en" else language: text for language, text in value.items()}


def _of_languages(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for language in {**old, **new}:
        before, after = old.get(language, ABSENT), new.get(language, ABSENT)
        if before != after:
            inner = f"{key}.{language}" if language else key
            yield Difference(inner, *_both(inner, before, after))


def _has_parts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(each, Mapping) for each in value)


def _of_items(key: str, old: Any, new: Any) -> Iterator[Difference]:
    """Items that came and went, and what differs in those that stayed; counted from 1 as they stand today."""
    texts = [[json.dumps(each, sort_keys=True, default=str) for each in items] for items in (old, new)]
    for verb, start, end, first, last in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if verb == "equal":
            continue
        before, after = old[start:end], new[first:last]
        for number in range(max(len(before), len(after))):
            was = before[number] if number < len(before) else ABSENT
            today = after[number] if number < len(after) else ABSENT
            place = first if today is not ABSENT else start
            yield from differences(f"{key}.{place + number + 1}", was, today)
