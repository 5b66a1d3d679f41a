"""Plain values as rows keep them, in JSON where numbers and days can be told from texts when they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from customary.engine.money import Money


def told(value: Any) -> Any:
    """A value as a row keeps it."""
    for kind, (cls, write, _) in _TYPED.items():
        if isinstance(value, cls):
            return {TYPED: [kind, write(value)]}
    if isinstance(value, Mapping):
        inside = {str(name): told(each) for name, each in value.items()}
        # What strangers send may look like a value of ours, and is none.
        return {TYPED: [_MAPPING, inside]} if TYPED in inside else inside
    if isinstance(value, list | tuple):
        return [told(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def read(stored: Any) -> Any:
    """A value that a row keeps."""
    if isinstance(stored, Mapping) and TYPED in stored:
        kind, kept = stored[TYPED]
        return {name: read(each) for name, each in kept.items()} if kind == _MAPPING else _TYPED[kind][2](kept)
    if isinstance(stored, Mapping):
        return {name: read(each) for name, each in stored.items()}
    return [read(each) for each in stored] if isinstance(stored, list) else stored


TYPED = "="
_TICK = timedelta(microseconds=1)
_MAPPING = "mapping"
_TYPED: Mapping[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "number": (Decimal, str, Decimal),
    "moment": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "duration": (timedelta, lambda span: str(span // _TICK), lambda text: int(text) * _TICK),
    "money": (Money, str, lambda text: Money(Decimal(text.split()[0]), text.split()[1])),
}
"""A moment is a date to Python, so it comes first."""
