"""Deciding: what can be said of a condition without knowing any record.

A condition is unfolded into ways in which it comes out as demanded, each with bounds for the values that it reads. What
is not understood bounds nothing. So a condition of which no way is left certainly does not come out so, and one with
ways left may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from customary.engine.expressions import meaning
from customary.engine.expressions.bounds import Bounds, beside, none_of, one_of
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.types import BOOLEAN, DATE, DATETIME, DURATION, MONEY, NUMBER, TEXT, TIME, Choice

TRUE, FALSE, NOT_TRUE, NOT_FALSE = "true", "false", "not true", "not false"
"""What a condition may be demanded to be: of true, false and unknown, the last two leave two."""

Key = tuple[Any, ...]
"""What is read, whatever its place in a text."""
Way = Mapping[Key, Bounds]

ORDER, NEITHER = "order", "neither"
"""How two values stand to each other of which none is there; None where one of them is."""
MOST_WAYS = 200
_OPPOSITE = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OTHERWISE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_SIGNS = {"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}}
_ORDERED = (NUMBER, MONEY, DATE, DATETIME, TIME, DURATION)
_BOOLEANS = {TRUE: {True}, FALSE: {False}, NOT_TRUE: {False, None}, NOT_FALSE: {True, None}}


def possible(*demands: tuple[Node, str]) -> bool:
    """Whether all conditions may come out as demanded at once. False is certain."""
    return bool(ways(*demands))


def ways(*demands: tuple[Node, str]) -> list[Way]:
    """The ways in which conditions come out as demanded; none where they certainly do not."""
    found: list[Way] = [{}]
    for node, demand in demands:
        found = both(found, _ways(node, demand))
    return found


def own(field: str, *, old: bool = False) -> Key:
    """The key of a field of the record at hand."""
    return ("Field", ("Old",) if old else ("This",), repr(field))


def order(one: Key, other: Key) -> tuple[Key, bool]:
    """The key of how two values stand to each other (-1, 0, 1, None or NEITHER), and whether they are turned in it."""
    turned = repr(other) < repr(one)
    return (ORDER, *((other, one) if turned else (one, other))), turned


def both(some: Sequence[Way], others: Sequence[Way]) -> list[Way]:
    """The ways that are of both; where they are too many, those of one side, which allow more."""
    if len(some) * len(others) > MOST_WAYS:
        return list(min(some, others, key=len))
    return [way for one in some for other in others if (way := _met(one, other)) is not None]


def _ways(node: Node, demand: str) -> list[Way]:
    match node:
        case meaning.Constant(value=value):
            return [{}] if value in _BOOLEANS[demand] else []
        case meaning.Not(operand=operand):
            return _ways(operand, _OPPOSITE[demand])
        case meaning.Junction(operator=operator, terms=terms):
            parts = [_ways(each, demand) for each in terms]
            return _all(parts) if (operator == "&&") == (demand in (TRUE, NOT_FALSE)) else _any(parts)
        case meaning.If(condition=condition, then=then, otherwise=otherwise):
            chosen = both(_ways(condition, TRUE), _ways(then, demand))
            return _any([chosen, both(_ways(condition, NOT_TRUE), _ways(otherwise, demand))])
        case meaning.Compare():
            return _compared(node, demand)
        case meaning.Among(item=item, items=items) if all(_is_plain(each) for each in items) and _is_equal(item):
            values = [each.value for each in items]
            return _of(item, one_of(values) if demand in (TRUE, NOT_FALSE) else none_of(values))
    return [{_key(node): one_of(_BOOLEANS[demand])}] if node.type == BOOLEAN else [{}]


def _compared(node: meaning.Compare, demand: str) -> list[Way]:
    left, operator, right = _bare(node.left), node.operator, _bare(node.right)
    if isinstance(left, meaning.Constant):
        left, operator, right = right, _MIRRORED.get(operator, operator), left
    if operator in ("==", "!="):
        return _equal(left, right, (operator == "==") == (demand in (TRUE, NOT_FALSE)))
    if not isinstance(right, meaning.Constant):
        return _in_order(left, right, operator, demand)
    if left.type not in _ORDERED or isinstance(left, meaning.Constant):
        return [{}]
    holds = demand in (TRUE, NOT_FALSE)
    bounds = beside(operator if holds else _OTHERWISE[operator], right.value)
    return _of(left, bounds.or_null() if demand in (NOT_TRUE, NOT_FALSE) else bounds)


def _equal(left: Node, right: Node, same: bool) -> list[Way]:
    """`==` and `!=` are never unknown."""
    if isinstance(right, meaning.Constant) and not isinstance(left, meaning.Constant):
        if right.value is not None and not (_is_plain(right) and _is_equal(left)):
            return [{}]
        return _of(left, one_of([right.value]) if same else none_of([right.value]))
    if _key(left) == _key(right):
        return [{}] if same else []
    key, _ = order(_key(left), _key(right))
    if left.type == TEXT:
        return [{key: one_of([0, NEITHER, None] if same else [-1, 1, None])}]  # an empty text may be null
    return [{key: one_of([0, NEITHER] if same else [-1, 1, None])}]


def _in_order(left: Node, right: Node, operator: str, demand: str) -> list[Way]:
    """Of two values that are read, it is bounded which is the greater: -1, 0 or 1."""
    key, turned = order(_key(left), _key(right))
    signs = _SIGNS[operator if demand in (TRUE, NOT_FALSE) else _OTHERWISE[operator]]
    signs = {-each for each in signs} if turned else set(signs)
    return [{key: one_of(signs | {None, NEITHER} if demand in (NOT_TRUE, NOT_FALSE) else signs)}]


def _of(node: Node, bounds: Bounds) -> list[Way]:
    return [] if bounds.empty else [{_key(node): bounds}]


def _is_plain(node: Node) -> bool:
    """Whether it is a value of which equal ones are the same; an empty text may be null."""
    node = _bare(node)
    return isinstance(node, meaning.Constant) and node.value not in ("", None)


def _is_equal(node: Node) -> bool:
    kind = _bare(node).type
    return kind in (*_ORDERED, TEXT, BOOLEAN) or isinstance(kind, Choice)


def _bare(node: Node) -> Node:
    """Without what only says how a number is taken."""
    return node.operand if isinstance(node, meaning.AsMoney) else node


def _all(parts: Iterable[list[Way]]) -> list[Way]:
    found: list[Way] = [{}]
    for each in parts:
        found = both(found, each)
    return found


def _any(parts: Iterable[list[Way]]) -> list[Way]:
    found = [way for part in parts for way in part]
    return found if len(found) <= MOST_WAYS else [{}]


def _met(one: Way, other: Way) -> Way | None:
    met = dict(one)
    for key, bounds in other.items():
        met[key] = met[key].meet(bounds) if key in met else bounds
        if met[key].empty:
            return None
    return met


def _key(node: Any) -> Any:
    if isinstance(node, meaning.AsMoney):
        return _key(node.operand)
    if isinstance(node, Node):
        parts = (getattr(node, each.name) for each in fields(node) if each.name not in ("offset", "type"))
        return (type(node).__name__, *map(_key, parts))
    return tuple(map(_key, node)) if isinstance(node, tuple) else getattr(node, "name", repr(node))
