"""The terms of a condition, each with its text, and the values that it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from customary.engine.expressions import meaning
from customary.engine.expressions.expression import Expression
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.paths import all_nodes
from customary.engine.expressions.scope import Scope
from customary.engine.expressions.to_python import to_python
from customary.engine.expressions.types import ListOf

Term = tuple[str, Callable[[Scope], Any]]
"""A text, and what gives its value."""


def terms(condition: Expression) -> list[Term]:
    """What must all hold for a condition to hold: the parts between its outermost `&&`."""
    node = condition.node
    parts = node.terms if isinstance(node, meaning.Junction) and node.operator == "&&" else (node,)
    if len(parts) == 1:
        return [(condition.text.strip(), condition.evaluate)]
    begins = [min(each.offset for each in all_nodes(part)) for part in parts]
    ends = [*begins[1:], len(condition.text)]
    return [
        (_trimmed(condition.text, begin, end), to_python(part))
        for part, begin, end in zip(parts, begins, ends, strict=True)
    ]


def values_read(condition: Expression) -> Iterator[tuple[str, meaning.Field, Callable[[Scope], Any]]]:
    """The fields whose values a condition asks for, each once: its path, its node, and what gives its value."""
    nodes = list(all_nodes(condition.node))
    passed = {id(each.on) for each in nodes if isinstance(each, meaning.Field)}
    seen = set()
    for each in nodes:
        path = _path(each) if isinstance(each, meaning.Field) and id(each) not in passed else None
        if path and path not in seen and not isinstance(each.type, ListOf):
            seen.add(path)
            yield path, each, to_python(each)


def _trimmed(text: str, begin: int, end: int) -> str:
    """A part of a text with the brackets that are its own, and without what joins it to the next."""
    while begin and text[begin - 1] in "!(" and text.count("(", begin, end) <= text.count(")", begin, end):
        if text[begin - 1] == "(" and text.count("(", begin, end) == text.count(")", begin, end):
            break
        begin -= 1
    part = text[begin:end].strip()
    while part.endswith(("&&", "!", "(")):
        part = part.removesuffix("&&").rstrip("!(").strip()
    return part


def _path(node: Node) -> str | None:
    """The names on the way from the record; None for what a list is asked for."""
    match node:
        case meaning.This():
            return ""
        case meaning.Old():
            return "old"
        case meaning.Bound(name=name):
            return name
        case meaning.Field(on=on, name=name) if (before := _path(on)) is not None:
            return f"{before}.{name}" if before else name
    return None
