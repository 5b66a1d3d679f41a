"""The types of operators: what each may stand between, and what comes out."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal

from customary.engine.expressions import meaning, remedies
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.meaning import Constant, Node
from customary.engine.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    JSON,
    MONEY,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    Choice,
    Composite,
    ListOf,
    Record,
    Type,
    spoken,
)
from customary.engine.words import suggestion

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_ORDERED = {NUMBER, MONEY, TEXT, DATE, DATETIME, TIME, DURATION}
_RESULTS = {
    ("+", NUMBER, NUMBER): NUMBER,
    ("-", NUMBER, NUMBER): NUMBER,
    ("*", NUMBER, NUMBER): NUMBER,
    ("/", NUMBER, NUMBER): NUMBER,
    ("%", NUMBER, NUMBER): NUMBER,
    ("+", MONEY, MONEY): MONEY,
    ("-", MONEY, MONEY): MONEY,
    ("/", MONEY, MONEY): NUMBER,
    ("*", MONEY, NUMBER): MONEY,
    ("*", NUMBER, MONEY): MONEY,
    ("/", MONEY, NUMBER): MONEY,
    ("+", TEXT, TEXT): TEXT,
    ("+", DATE, DURATION): DATE,
    ("+", DURATION, DATE): DATE,
    ("-", DATE, DURATION): DATE,
    ("-", DATE, DATE): DURATION,
    ("+", DATETIME, DURATION): DATETIME,
    ("+", DURATION, DATETIME): DATETIME,
    ("-", DATETIME, DURATION): DATETIME,
    ("-", DATETIME, DATETIME): DURATION,
    ("+", DURATION, DURATION): DURATION,
    ("-", DURATION, DURATION): DURATION,
    ("-", TIME, TIME): DURATION,
}


def must_be_boolean(node: Node) -> Node:
    if node.type in (BOOLEAN, NULL, JSON):
        return node
    remedy = "Compare it, for example with “!= null”."
    raise ExpressionError(node.offset, "a condition is needed here, and this is a {type}", remedy, type=node.type)


def negative(operand: Node, offset: int) -> Node:
    if isinstance(operand, Constant) and isinstance(operand.value, Decimal):
        return Constant(offset, NUMBER, -operand.value)
    if operand.type not in (NUMBER, MONEY, DURATION):
        raise ExpressionError(
            offset, "there is no “{operator}” for a {type}", remedies.taken(operand), operator="-", type=operand.type
        )
    return meaning.Negative(offset, operand.type, operand)


def arithmetic(operator: str, left: Node, right: Node, offset: int) -> Node:
    types = (spoken(left.type), spoken(right.type))
    result = _RESULTS.get((operator, *types))
    if result is None:
        summary, remedy = "there is no “{operator}” for {left} and {right}", remedies.between(operator, left, right)
        raise ExpressionError(offset, summary, remedy, operator=operator, left=types[0], right=types[1])
    return meaning.Arithmetic(offset, result, operator, left, right)


def compare(operator: str, left: Node, right: Node, offset: int) -> Node:
    left, right = comparable(left, right, offset)
    if operator not in ("==", "!="):
        _must_be_ordered(operator, left, right, offset)
    return meaning.Compare(offset, BOOLEAN, operator, left, right)


def among(item: Node, items: Node, offset: int) -> Node:
    """`item in [a, b]` or `item in list`."""
    if isinstance(items, meaning.Literals):
        return meaning.Among(offset, BOOLEAN, item, tuple(comparable(item, each, offset)[1] for each in items.items))
    if not isinstance(items.type, ListOf):
        remedy = "Write a list, for example [“a”, “b”]." if items.type != TEXT else "For part of a text use contains."
        raise ExpressionError(offset, "“in” needs a list, and this is a {type}", remedy, type=items.type)
    item, _ = comparable(item, meaning.Variable(items.offset, items.type.item, ""), offset)
    return meaning.Contained(offset, BOOLEAN, item, items)


def comparable(left: Node, right: Node, offset: int) -> tuple[Node, Node]:
    """Both sides, brought to types that can be equal; a text constant becomes the option, day or id it names."""
    left, right = _understood(left, right.type), _understood(right, left.type)
    for node, other in ((left, right), (right, left)):
        if isinstance(node.type, Composite) and other.type != NULL:
            parts = [part for part, _ in node.type.parts]
            remedy = "Compare one of its parts, for example .{part}." if parts else "Ask “== null” or “!= null”."
            summary, part = "a {type} is not compared as a whole", (*parts, "")[0]
            raise ExpressionError(offset, summary, remedy, type=node.type, part=part)
    if _may_be_equal(left.type, right.type):
        return left, right
    summary, remedy = "a {left} cannot be compared with a {right}", remedies.between("==", left, right)
    raise ExpressionError(offset, summary, remedy, left=left.type, right=right.type)


def alike(nodes: list[Node], offset: int) -> list[Node]:
    """Parts that stand for one another (of `?:`, coalesce, a list) brought to one type."""
    for node in nodes[1:]:
        if not _may_be_equal(_common(nodes[0].type, NULL), node.type) and not _may_be_equal(nodes[0].type, node.type):
            summary = "these must be alike, and one is a {left}, the other a {right}"
            remedy = remedies.between("?:", nodes[0], node)
            raise ExpressionError(offset, summary, remedy, left=nodes[0].type, right=node.type)
    if any(node.type == MONEY for node in nodes):
        return [meaning.AsMoney(each.offset, MONEY, each) if each.type == NUMBER else each for each in nodes]
    return nodes


def common(*nodes: Node) -> Type:
    """The type of any of these nodes, which are alike."""
    kind: Type = NULL
    for node in nodes:
        kind = _common(kind, node.type)
    return kind


def fits(node: Node, expected: Type, offset: int = 0) -> Node:
    """`node` where a value of type `expected` is wanted. Raises ExpressionError."""
    node = _understood(node, expected)
    if expected == MONEY and node.type == NUMBER:
        return meaning.AsMoney(node.offset, MONEY, node)
    if expected == TEXT and isinstance(node.type, Choice):
        return node
    if not _may_be_equal(node.type, expected):
        summary, remedy = "a {expected} is needed here, and this is a {type}", remedies.made(expected, node)
        raise ExpressionError(offset or node.offset, summary, remedy, expected=expected, type=node.type)
    return node


def _may_be_equal(left: Type, right: Type) -> bool:
    if left == right or NULL in (left, right) or JSON in (left, right):
        return True
    match left, right:
        case Record(entity=one), Record(entity=other):
            return "" in (one, other) or one == other
        case ListOf(item=one), ListOf(item=other):
            return _may_be_equal(one, other)
        case Choice(), Choice():
            return True
    return {spoken(left), spoken(right)} in ({TEXT}, {NUMBER, MONEY})


def _common(left: Type, right: Type) -> Type:
    if left == NULL:
        return right
    if right == NULL or left == right:
        return left
    match left, right:
        case Choice(options=one), Choice(options=other):
            values = left.values if left.values == right.values else ()
            return Choice(options=tuple(dict.fromkeys(one + other)), values=values)
        case ListOf(item=one), ListOf(item=other):
            return ListOf(item=_common(one, other))
        case Record(entity=""), _:
            return left
        case _, Record(entity=""):
            return right
    if MONEY in (left, right):
        return MONEY
    return TEXT if TEXT in (spoken(left), spoken(right)) else left


def _must_be_ordered(operator: str, left: Node, right: Node, offset: int) -> None:
    for node in (left, right):
        if node.type == NULL:
            raise ExpressionError(
                offset, "there is no “{operator}” for null", "Ask “== null” or “!= null”.", operator=operator
            )
        if isinstance(node.type, Choice):
            remedy = "Name the options: x in [“a”, “b”]."
            raise ExpressionError(offset, "there is no “{operator}” for options", remedy, operator=operator)
        if node.type not in _ORDERED and node.type != JSON:
            remedy = "Only == and != compare it."
            raise ExpressionError(
                offset, "there is no “{operator}” for a {type}", remedy, operator=operator, type=node.type
            )


def _understood(node: Node, wanted: Type) -> Node:
    """A text constant where an option, a day, a moment or a record stands on the other side."""
    if isinstance(node, meaning.Literals) and isinstance(wanted, ListOf):
        items = tuple(_understood(item, wanted.item) for item in node.items)
        return meaning.Literals(node.offset, ListOf(item=common(*items)), items)
    if isinstance(node, meaning.If) and isinstance(wanted, Choice):
        then, otherwise = _understood(node.then, wanted), _understood(node.otherwise, wanted)
        return meaning.If(node.offset, _common(then.type, otherwise.type), node.condition, then, otherwise)
    if not isinstance(node, Constant) or not isinstance(node.value, str):
        return node
    if isinstance(wanted, Choice):
        return _option(node, node.value, wanted)
    if wanted == DATE:
        return Constant(node.offset, DATE, day(node.value, node.offset))
    if wanted == DATETIME:
        return Constant(node.offset, DATETIME, moment(node.value, node.offset))
    if wanted == TIME:
        return Constant(node.offset, TIME, clock(node.value, node.offset))
    if isinstance(wanted, Record):
        return Constant(node.offset, wanted, _id(node.value, node.offset))
    return node


def _option(node: Constant, name: str, choice: Choice) -> Node:
    if choice.options and name not in choice.options:
        remedy = suggestion(name, choice.options)
        raise ExpressionError(node.offset, "“{name}” is not one of the options", remedy, name=name)
    return Constant(node.offset, choice, name)


def day(text: str, offset: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExpressionError(offset, "“{text}” is not a day", 'Days are written "2026-03-31".', text=text) from None


def moment(text: str, offset: int) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        remedy = 'Datetimes are written "2026-03-31T12:00Z".'
        raise ExpressionError(offset, "“{text}” is not a datetime", remedy, text=text) from None


def clock(text: str, offset: int) -> time:
    try:
        found = time.fromisoformat(text if text[1:2] != ":" else f"0{text}")
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise ExpressionError(offset, "“{text}” is not a time of day", 'Times are written "09:30".', text=text)
    return found


def _id(text: str, offset: int) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        remedy = "Compare one of its fields, or give its id."
        raise ExpressionError(offset, "a record cannot be compared with this text", remedy) from None
