"""What comes in from outside as JSON: its declared shape, and its values when they fit.

A shape names what is looked at, each with its kind: `{id: text, hours: decimal}`, or at length
`{id: {kind: text, required: true}}`. What else comes is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from customary.engine.expressions.types import BOOLEAN, DATE, DATETIME, JSON, NUMBER, TEXT, Type
from customary.engine.words import Reason

KINDS: Mapping[str, Type] = {
    "text": TEXT,
    "integer": NUMBER,
    "decimal": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "datetime": DATETIME,
    "json": JSON,
}
LARGEST = 30
"""Digits before the point, and after it."""

Shape = Mapping[str, tuple[str, bool]]
"""By name the kind, and whether it must be there."""


class Unfit(Exception):
    """What came is not of the declared shape, or no JSON at all; `why` says how."""

    def __init__(self, why: Reason) -> None:
        self.why = why
        super().__init__(str(why))


def compiled(written: Mapping[str, Any]) -> Shape:
    """A shape as definitions write it."""
    long = {name: each if isinstance(each, Mapping) else {"kind": each} for name, each in written.items()}
    return {name: (each["kind"], bool(each.get("required"))) for name, each in long.items()}


OUTCOME = {"sent": BOOLEAN, "status": NUMBER, "error": TEXT, "body": JSON}
"""What every step that waits for an outcome gives."""


def outcome(returns: Shape | None) -> dict[str, Type]:
    """What may be read of what a step that waits for an outcome gives."""
    return {**types(returns or {}), **OUTCOME}


def types(shape: Shape) -> dict[str, Type]:
    """What the names mean in expressions."""
    return {name: KINDS[kind] for name, (kind, _) in shape.items()}


def read(body: bytes) -> Any:
    """JSON that any database can keep. Raises Unfit."""
    try:
        found = json.loads(body, parse_float=_number, parse_constant=_refuse)
        written = json.dumps(found, ensure_ascii=False, default=str)
        written.encode()
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise Unfit(Reason("it is not JSON")) from error
    if "\\u0000" in written:
        raise Unfit(Reason("it holds a character that no text can hold"))
    return found


def take(shape: Shape, data: Any) -> dict[str, Any]:
    """The values by name. Raises Unfit."""
    if not isinstance(data, Mapping):
        raise Unfit(Reason("it is not an object"))
    return {name: _taken(name, kind, required, data.get(name)) for name, (kind, required) in shape.items()}


def _taken(name: str, kind: str, required: bool, value: Any) -> Any:
    if value is None:
        if required:
            raise Unfit(Reason("“{name}” is missing", {"name": name}))
        return None
    try:
        return _TAKE[kind](value)
    except (ValueError, TypeError, InvalidOperation, OverflowError, OSError) as error:
        raise Unfit(Reason("“{name}” is not of the kind {kind}", {"name": name, "kind": kind})) from error


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or not -LARGEST <= number.adjusted() <= LARGEST:
        raise ValueError(text)
    return number


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError
    return str(value)


def _decimal(value: Any) -> Decimal:
    return _number(_text(value))


def _integer(value: Any) -> Decimal:
    number = _decimal(value)
    if number != int(number):
        raise ValueError
    return number.to_integral_value()


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _moment(value: Any) -> datetime:
    """In ISO form, or seconds since 1970. Without a zone it is in UTC."""
    if isinstance(value, int) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_TAKE: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": date.fromisoformat,
    "datetime": _moment,
    "json": lambda value: value,
}
