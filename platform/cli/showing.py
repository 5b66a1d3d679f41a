"""Merged definitions as text and as JSON data, with the place each value came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from customary.engine.model.compile import compile_source
from customary.engine.problem import Place, Problems
from customary.engine.text import Document, Mapping, Node, Scalar, Sequence, Source, plain

ORIGIN_COLUMN = 72

Kept = dict[str, str]
"""Computed fields, and why each is kept in a column."""


def listed(documents: list[Document]) -> Iterator[str]:
    """A line for each definition: its kind, its name, and where it begins."""
    for each in documents:
        yield _with_origin(f"{each.kind} {each.name}".rstrip(), each.place)


def whole(document: Document, kept: Kept) -> str:
    """The definition as YAML, each value followed by its file and line; then how its computed fields are had."""
    told = (f"# {name}: {_how(reason)}" for name, reason in kept.items())
    return "\n".join([f"{document.kind}: {document.name}".rstrip(": "), *_lines(document.body), *told])


def data(document: Document, kept: Kept) -> dict[str, Any]:
    """The definition as JSON data; `origins` has the place and layer of each value by its JSON pointer, `computed`
    why a computed field is kept in a column (null where it is worked out when it is read)."""
    origins = {f"/{'/'.join(path)}": _origin(node) for path, node in _leaves(document.body, ())}
    return {
        "kind": document.kind,
        "name": document.name,
        "definition": plain(document.body),
        "origins": origins,
        "computed": {name: reason or None for name, reason in kept.items()},
    }


def computed(source: Source, document: Document) -> Kept:
    """Why the compiler keeps each computed field of an entity in a column; "" for those that are worked out when they
    are read. Nothing of what has problems."""
    model = compile_source(source, Problems()) if document.kind == "entity" else None
    fields = model.entities[document.name].fields.values() if model else ()
    return {each.name: each.kept for each in fields if each.formula is not None and not each.system}


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_number)


def _how(reason: str) -> str:
    return f"kept in a column, because {reason}" if reason else "worked out in the database when it is read"


def _lines(node: Mapping, depth: int = 0) -> Iterator[str]:
    for key, value in node.items():
        yield from _entry(f"{'  ' * depth}{_key(key)}:", value, node.place_of(key), depth + 1)


def _entry(start: str, value: Node, place: Place, depth: int) -> Iterator[str]:
    """A key or dash and its value. A mapping may be written in many files; a value was written last where it stands."""
    if isinstance(value, Mapping) and len(value):
        yield _with_origin(start, place)
        yield from _lines(value, depth)
    elif isinstance(value, Sequence) and not _on_one_line(value):
        yield _with_origin(start, place)
        for item in value:
            yield from _entry(f"{'  ' * depth}-", item, item.place, depth + 1)
    else:
        yield _with_origin(f"{start} {_text(value)}", value.place)


def _on_one_line(items: Sequence) -> bool:
    """Words that one file lists; what layers added or took apart is told item by item."""
    return not any(isinstance(each, Mapping) for each in items) and len({each.place.file for each in items}) < 2


def _with_origin(text: str, place: Place) -> str:
    width = sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
    return f"{text}{' ' * (ORIGIN_COLUMN - width)}  # {place.file}:{place.line}"


def _key(key: str) -> str:
    return key if key.replace("_", "a").isalnum() else json.dumps(key, ensure_ascii=False)


def _text(node: Node) -> str:
    if isinstance(node, Scalar) and isinstance(node.data, str) and not node.quoted and "\n" not in node.data:
        return node.data
    return json.dumps(plain(node), ensure_ascii=False, default=_number)


def _leaves(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    if isinstance(node, Mapping) and len(node):
        for key, value in node.items():
            yield from _leaves(value, (*path, key.replace("~", "~0").replace("/", "~1")))
    elif isinstance(node, Sequence) and len(node):
        for at, item in enumerate(node):
            yield from _leaves(item, (*path, str(at)))
    else:
        yield path, node


def _origin(node: Node) -> dict[str, Any]:
    return {"file": node.place.file, "line": node.place.line, "column": node.place.column, "layer": node.layer}


def _number(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)
