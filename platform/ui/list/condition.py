"""One condition of a filter: what a chip says, read from the expression language and written back to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as attributes
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from customary.engine.expressions import tree
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.parser import parse
from customary.engine.expressions.types import BOOLEAN, DATETIME
from customary.engine.fields.field import Field
from customary.engine.fields.time import read_clock
from customary.engine.locale.spans import read_span, write_span
from customary.ui.list.pieces import LOOSE, closed, cut, opened, outer

_RELATIVE = re.compile(r"^([+-]?\d{1,4})\s*([dw])$")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Value:
    """What a field is compared with. `kind` is text, number, boolean, date, days (from today), time, duration, user."""

    kind: str
    data: str | Decimal | bool | date | time | timedelta | int | None = None

    @property
    def text(self) -> str:
        """As an expression."""
        if self.kind == "text":
            return json.dumps(self.data, ensure_ascii=False)
        if self.kind == "boolean":
            return "true" if self.data else "false"
        if self.kind == "date":
            return f'date("{self.data}")'
        if self.kind == "days":
            return _today_and(int(self.data or 0))  # type: ignore[arg-type]
        if self.kind == "user":
            return "user"
        if self.kind == "time":
            return f'time("{self.data}")'
        if self.kind == "duration":
            return f'duration("{write_span(self.data, "en").replace(" ", "")}")'
        plain = f"{self.data:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, an operator of its kind and values; or alternatives; else a piece of expression as it is."""

    text: str
    field: str = ""
    operator: str = ""
    values: tuple[Value, ...] = ()
    any: tuple[Condition, ...] = ()
    """Conditions of which one must hold."""

    @property
    def simple(self) -> tuple[Condition, ...]:
        """Its alternatives, or itself alone."""
        return self.any or (self,)


Said = tuple[str, str, tuple[Value, ...]]
"""A field's name, an operator and values."""


def conditions(text: str, fields: Mapping[str, Field]) -> list[Condition]:
    """The conditions that all must hold, in their order. What no chip can say stays a piece of text."""
    if not text.strip():
        return []
    try:
        return [_condition(piece, fields) for piece in _pieces(text)]
    except ExpressionError:
        return [Condition(text.strip())]


def whole(found: list[Condition]) -> str:
    """The expression that all conditions make together."""
    if len(found) == 1:
        return found[0].text
    return " && ".join(closed(each.text) for each in found)


def alternatives(found: Sequence[Condition]) -> Condition:
    """The condition that holds where one of these does."""
    if len(found) == 1:
        return found[0]
    return Condition(" || ".join(closed(each.text, LOOSE | {"&&"}) for each in found), any=tuple(found))


def compose(field: Field, operator: str, values: tuple[Value, ...]) -> Condition:
    """The condition that a chip's form describes."""
    return Condition(_text(field, operator, [value.text for value in values]), field.name, operator, values)


# Writing ------------------------------------------------------------------------------------------


def _text(field: Field, operator: str, values: list[str]) -> str:
    name = f"date({field.name})" if field.value_type == DATETIME else field.name
    several = field.several
    if operator == "empty":
        return f"size({field.name}) == 0" if several else f"{field.name} == null"
    if operator == "filled":
        return f"size({field.name}) > 0" if several else f"{field.name} != null"
    if operator in ("contains", "starts_with"):
        return f"{operator}(lower({field.name}), {values[0].lower()})"
    if operator == "has":
        return f"{values[0]} in {field.name}"
    if operator == "in":
        return f"{name} in [{', '.join(values)}]"
    if operator == "between":
        return f"{name} >= {values[0]} && {name} <= {values[-1]}"
    if field.value_type == BOOLEAN:
        return field.name if (values[0] == "true") == (operator == "==") else f"!{field.name}"
    return f"{name} {operator} {values[0]}"


def _today_and(days: int) -> str:
    if days == 0:
        return "today()"
    return f'today() {"+" if days > 0 else "-"} duration("{abs(days)}d")'


# Reading ------------------------------------------------------------------------------------------


def _pieces(text: str) -> list[str]:
    """The text cut at each `&&` that stands outside all brackets."""
    return [text.strip()] if outer(text) & LOOSE else cut(text, "&&")


def _alternatives(text: str) -> list[str]:
    """The text, freed of brackets around it all, cut at each `||`; whole where something else binds it."""
    inner = opened(text)
    return cut(inner, "||") if outer(inner) & LOOSE == {"||"} else [text]


def _condition(piece: str, fields: Mapping[str, Field]) -> Condition:
    parts = _alternatives(piece)
    if len(parts) == 1:
        return _simple(piece, fields)
    return Condition(piece, any=tuple(_simple(part, fields) for part in parts))


def _simple(piece: str, fields: Mapping[str, Field]) -> Condition:
    said = _said(_flat(parse(piece), fields))
    if said is None or said[0] not in fields:
        return Condition(piece)
    name, operator, values = said
    field = fields[name]
    if field.value_type == BOOLEAN and operator == "" and not values:
        return Condition(piece)
    if operator not in field.operators or not all(_fits(field, value) for value in values):
        return Condition(piece)
    return Condition(piece, name, operator, values)


def _flat(node: Any, fields: Mapping[str, Field]) -> Any:
    """The tree with the path to a part of a field (`address.city`) as one name."""
    if isinstance(node, tree.Member) and isinstance(node.target, tree.Name):
        path = f"{node.target.name}.{node.name}"
        return tree.Name(node.offset, path) if path in fields else node
    if isinstance(node, tuple):
        return tuple(_flat(each, fields) for each in node)
    if not isinstance(node, tree.Tree):
        return node
    return replace(node, **{each.name: _flat(getattr(node, each.name), fields) for each in attributes(node)})


def _fits(field: Field, value: Value) -> bool:
    """Whether a chip can show the value: a link's must be an id, so that it has a title."""
    if field.points == "any":
        return False
    if getattr(field, "to", None) is None or value.kind != "text":
        return True
    try:
        UUID(str(value.data))
    except ValueError:
        return False
    return True


def _said(node: tree.Tree) -> Said | None:
    """Field name, operator and values of a simple condition."""
    match node:
        case tree.Name(name=name):
            return name, "==", (Value("boolean", True),)
        case tree.Unary(operator="!", operand=tree.Name(name=name)):
            return name, "==", (Value("boolean", False),)
        case tree.Call(name="contains" | "starts_with" as operator):
            return _said_of_text(node, operator)
        case tree.Chain(operator="&&", terms=(low, high)):
            return _said_of_span(_said(low), _said(high))
        case tree.Binary(operator="in", left=left, right=right):
            return _said_of_list(left, right)
        case tree.Binary(operator=operator, left=left, right=right) if operator in _COMPARISONS:
            return _compared(left, operator, right) or _compared(right, _TURNED[operator], left)
    return None


def _compared(left: tree.Tree, operator: str, right: tree.Tree) -> Said | None:
    match left:
        case tree.Call(name="size", target=None, arguments=(tree.Name(name=name),)):
            counted = isinstance(right, tree.Literal) and right.value == 0
            meaning = {"==": "empty", ">": "filled", "!=": "filled"}.get(operator)
            return (name, meaning, ()) if counted and meaning else None
        case tree.Name(name=name) if isinstance(right, tree.Literal) and right.value is None:
            return (name, "empty" if operator == "==" else "filled", ()) if operator in ("==", "!=") else None
        case tree.Name(name=name) | tree.Call(name="date", target=None, arguments=(tree.Name(name=name),)):
            value = _value(right)
            return (name, operator, (value,)) if value else None
    return None


def _said_of_text(node: tree.Call, operator: str) -> Said | None:
    parts = (node.target, *node.arguments) if node.target else node.arguments
    match parts:
        case (tree.Call(name="lower", arguments=(tree.Name(name=name),)), tree.Literal(value=str(text))):
            return name, operator, (Value("text", text),)
    return None


def _said_of_span(low: Said | None, high: Said | None) -> Said | None:
    if low is None or high is None or low[0] != high[0] or (low[1], high[1]) != (">=", "<="):
        return None
    return low[0], "between", (*low[2], *high[2])


def _said_of_list(left: tree.Tree, right: tree.Tree) -> Said | None:
    match left, right:
        case tree.Name(name=name), tree.Items(items=items):
            values = [_value(item) for item in items]
            return (name, "in", tuple(value for value in values if value)) if all(values) else None
        case _, tree.Name(name=name):
            value = _value(left)
            return (name, "has", (value,)) if value else None
    return None


def _value(node: tree.Tree) -> Value | None:
    match node:
        case tree.Literal(value=bool(truth)):
            return Value("boolean", truth)
        case tree.Literal(value=str(text)):
            return Value("text", text)
        case tree.Literal(value=Decimal() as number):
            return Value("number", number)
        case tree.Unary(operator="-", operand=tree.Literal(value=Decimal() as number)):
            return Value("number", -number)
        case tree.Name(name="user"):
            return Value("user")
        case tree.Call(name="date", arguments=(tree.Literal(value=str(text)),)):
            return Value("date", date.fromisoformat(text)) if _is_day(text) else None
        case tree.Call(name="time", arguments=(tree.Literal(value=str(text)),)):
            return Value("time", found) if (found := read_clock(text)) else None
        case tree.Call(name="duration", arguments=(tree.Literal(value=str(text)),)):
            return Value("duration", found) if (found := read_span(text)) is not None else None
        case tree.Call(name="today", arguments=()):
            return Value("days", 0)
        case tree.Binary(
            operator="+" | "-" as sign, left=tree.Call(name="today"), right=tree.Call(name="duration") as by
        ):
            return _days(sign, by)
    return None


def _days(sign: str, by: tree.Call) -> Value | None:
    match by.arguments:
        case (tree.Literal(value=str(text)),) if found := _RELATIVE.match(text):
            count = int(found.group(1)) * (7 if found.group(2) == "w" else 1)
            return Value("days", count if sign == "+" else -count)
    return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
