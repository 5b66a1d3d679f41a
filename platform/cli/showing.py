"""A merged definition as text, with the place each value came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from customary.engine.text import Mapping, Node, Scalar, plain

ORIGIN_COLUMN = 72


def lines(node: Mapping, depth: int = 0) -> Iterator[str]:
    """The lines of a mapping: as YAML, each value followed by its file and line."""
    for key, value in node.items():
        start = f"{'  ' * depth}{key}:"
        if isinstance(value, Mapping) and len(value):
            yield _with_origin(start, node, key)
            yield from lines(value, depth + 1)
        else:
            yield _with_origin(f"{start} {_text(value)}", node, key)


def _with_origin(text: str, node: Mapping, key: str) -> str:
    value = node.get(key)
    # A mapping may be written in many files; a value was written last where it stands.
    place = node.place_of(key) if isinstance(value, Mapping) else value.place
    return f"{text:<{ORIGIN_COLUMN}}  # {place.file}:{place.line}"


def _text(node: Node) -> str:
    if isinstance(node, Scalar) and isinstance(node.data, str) and not node.quoted:
        return node.data
    return json.dumps(plain(node), ensure_ascii=False, default=_number)


def _number(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)
