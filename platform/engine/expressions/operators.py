"""The types of operators: what each may stand between, and what comes out."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal

from customary.engine.expressions import meaning
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
)
from customary.engine.problem import did_you_mean

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
    raise ExpressionError(node.offset, f"a condition is needed here, and this is a {node.type}", remedy)


def negative(operand: Node, offset: int) -> Node:
    if isinstance(operand, Constant) and isinstance(operand.value, Decimal):
        return Constant(offset, NUMBER, -operand.value)
    if operand.type not in (NUMBER, MONEY, DURATION):
        raise ExpressionError(offset, f"there is no “-” for a {operand.type}", _plain_remedy(operand))
    return meaning.Negative(offset, operand.type, operand)


def arithmetic(operator: str, left: Node, right: Node, offset: int) -> Node:
    types = (spoken(left.type), spoken(right.type))
    result = _RESULTS.get((operator, *types))
    if result is None:
        raise ExpressionError(
            offset, f"there is no “{operator}” for {types[0]} and {types[1]}", _remedy(operator, left, right)
        )
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
        raise ExpressionError(offset, f"“in” needs a list, and this is a {items.type}", remedy)
    item, _ = comparable(item, meaning.Variable(items.offset, items.type.item, ""), offset)
    return meaning.Contained(offset, BOOLEAN, item, items)


def comparable(left: Node, right: Node, offset: int) -> tuple[Node, Node]:
    """Both sides, brought to types that can be equal; a text constant becomes the option, day or id it names."""
    left, right = _understood(left, right.type), _understood(right, left.type)
    for node, other in ((left, right), (right, left)):
        if isinstance(node.type, Composite) and other.type != NULL:
            parts = [part for part, _ in node.type.parts]
            remedy = f"Compare one of its parts, for example .{parts[0]}." if parts else "Ask “== null” or “!= null”."
            raise ExpressionError(offset, f"a {node.type} is not compared as a whole", remedy)
    if _may_be_equal(left.type, right.type):
        return left, right
    raise ExpressionError(offset, f"a {left.type} cannot be compared with a {right.type}", _remedy("==", left, right))


def alike(nodes: list[Node], offset: int) -> list[Node]:
    """Parts that stand for one another (of `?:`, coalesce, a list) brought to one type."""
    for node in nodes[1:]:
        if not _may_be_equal(_common(nodes[0].type, NULL), node.type) and not _may_be_equal(nodes[0].type, node.type):
            summary = f"these must be alike, and one is a {nodes[0].type}, the other a {node.type}"
            raise ExpressionError(offset, summary, _remedy("?:", nodes[0], node))
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
        raise ExpressionError(
            offset or node.offset, f"a {expected} is needed here, and this is a {node.type}", _plain_remedy(node)
        )
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
            return Choice(options=tuple(dict.fromkeys(one + other)))
        case ListOf(item=one), ListOf(item=other):
            return ListOf(item=_common(one, other))
        case Record(entity=""), _:
            return left
        case _, Record(entity=""):
            return right
    if MONEY in (left, right):
        return MONEY
    return TEXT if TEXT in (spoken(left), spoken(right)) else left


def spoken(kind: Type) -> Type:
    """Choices are texts to `+` and to functions."""
    return TEXT if isinstance(kind, Choice) else kind


def _must_be_ordered(operator: str, left: Node, right: Node, offset: int) -> None:
    for node in (left, right):
        if node.type == NULL:
            raise ExpressionError(offset, f"there is no “{operator}” for null", "Ask “== null” or “!= null”.")
        if isinstance(node.type, Choice):
            remedy = "Name the options: x in [“a”, “b”]."
            raise ExpressionError(offset, f"there is no “{operator}” for options", remedy)
        if node.type not in _ORDERED and node.type != JSON:
            raise ExpressionError(offset, f"there is no “{operator}” for a {node.type}", "Only == and != compare it.")


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
        raise ExpressionError(node.offset, f"“{name}” is not one of the options", did_you_mean(name, choice.options))
    return Constant(node.offset, choice, name)


def day(text: str, offset: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExpressionError(offset, f"“{text}” is not a day", 'Days are written "2026-03-31".') from None


def moment(text: str, offset: int) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        remedy = 'Datetimes are written "2026-03-31T12:00Z".'
        raise ExpressionError(offset, f"“{text}” is not a datetime", remedy) from None


def clock(text: str, offset: int) -> time:
    try:
        found = time.fromisoformat(text if text[1:2] != ":" else f"0{text}")
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise ExpressionError(offset, f"“{text}” is not a time of day", 'Times are written "09:30".')
    return found


def _id(text: str, offset: int) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        remedy = "Compare one of its fields, or give its id."
        raise ExpressionError(offset, "a record cannot be compared with this text", remedy) from None


def _remedy(operator: str, left: Node, right: Node) -> str:
    types = {spoken(left.type), spoken(right.type)}
    if NULL in types:
        return "Give a value, for example with coalesce(x, 0)."
    if operator == "+" and TEXT in types:
        return "Write format(x) to make a text of it."
    if types == {MONEY, NUMBER} and operator in ("+", "-"):
        return "Only money can be added to money."
    if types == {DATE, DATETIME}:
        return "Write date(x) for the day of a datetime."
    if types == {TIME, DATETIME}:
        return "Write time(x) for the time of day of a datetime."
    if NUMBER in types and DATE in types and operator in ("+", "-"):
        return 'Write duration("14d").'
    if types == {NUMBER, TEXT}:
        return "Leave out the quotes around a number."
    if TEXT in types and any(isinstance(kind, Record) for kind in types):
        return "Compare one of the record's fields."
    return ""


def _plain_remedy(node: Node) -> str:
    if isinstance(node.type, ListOf):
        return "Ask something of the list, for example size(x) > 0."
    if isinstance(node.type, Record):
        return "Take one of its fields, for example x.name."
    return ""
