"""JSON: a list of objects, the API's `{"items": [...]}`, or one object a line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from customary.engine.exchange.encoding import decode
from customary.engine.exchange.sheet import MOST_COLUMNS, Row, Sheet, Unreadable

SUFFIXES = (".json", ".jsonl", ".ndjson")
MEDIA_TYPE = "application/json"
CHUNK = 1000


def read(data: bytes) -> Sheet:
    """A sheet whose columns are the keys of the objects. Raises Unreadable."""
    text, encoding = decode(data)
    objects = _objects(text.strip())
    columns: dict[str, None] = {}
    for _, item in objects:
        if not isinstance(item, dict):
            raise Unreadable("must be a list of objects")
        columns.update(dict.fromkeys(item))
    if len(columns) > MOST_COLUMNS:
        raise Unreadable("has more than {count} columns", count=MOST_COLUMNS)
    names = tuple(columns)
    rows = tuple(Row(line, tuple(item.get(name) for name in names)) for line, item in objects if item)
    return Sheet(names, rows, {"format": "json", "encoding": encoding})


def write(columns: Sequence[str], rows: Iterable[Sequence[Any]], texts: bool = True) -> Iterator[bytes]:
    """A JSON list, one object a line."""
    yield b"["
    first, some = True, []
    for row in rows:
        item = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=_plain)
        some.append(("\n" if first else ",\n") + item)
        first = False
        if len(some) >= CHUNK:
            yield "".join(some).encode()
            some = []
    yield ("".join(some) + "\n]\n").encode()


def _objects(text: str) -> list[tuple[int, Any]]:
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_refuse) if text else []
    except (ValueError, RecursionError) as error:
        return _lines(text, error)
    if isinstance(found, dict):
        found = found["items"] if isinstance(found.get("items"), list) else [found]
    if not isinstance(found, list):
        raise Unreadable("must be a list of objects")
    return list(enumerate(found, 1))


def _lines(text: str, whole: Exception) -> list[tuple[int, Any]]:
    """One object a line; what is neither this nor one JSON value is refused with the first error."""
    try:
        return [
            (line, json.loads(each, parse_float=Decimal, parse_constant=_refuse))
            for line, each in enumerate(text.splitlines(), 1)
            if each.strip()
        ]
    except (ValueError, RecursionError) as error:
        raise Unreadable("is not JSON: {why}", why=str(whole)) from error


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else str(value)
