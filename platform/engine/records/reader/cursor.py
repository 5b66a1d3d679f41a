"""Cursors: where a page ended, as an opaque text that nobody needs to trust."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.words import Reason

LONGEST = 4_000
NUMBERS = (int, Decimal, float)


def write_cursor(shape: str, values: Sequence[Any]) -> str:
    """A cursor behind a record with these sort values, good for queries of the same shape only."""
    text = json.dumps([_digest(shape), *map(_pack, values)], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(shape: str, text: str, count: int) -> list[Any]:
    """The sort values in a cursor. Raises Refused for a text that is none, or one of another query."""
    try:
        if len(text) > LONGEST or not text.isascii():
            raise ValueError
        plain = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(plain, list) or len(plain) != count + 1 or plain[0] != _digest(shape):
            raise ValueError
        return [_unpack(each) for each in plain[1:]]
    except (ValueError, TypeError, ArithmeticError, RecursionError, OverflowError, binascii.Error):
        raise _refused() from None


def check_cursor(values: Sequence[Any], types: Sequence[sa.types.TypeEngine]) -> None:
    """Raises Refused for a value that is not what its column holds: a cursor that was not written here.

    The last value is an id, which is never empty.
    """
    known = all(value is None or _is_of(value, type) for value, type in zip(values, types, strict=True))
    if not known or values[-1] is None:
        raise _refused()


def _is_of(value: Any, type: sa.types.TypeEngine) -> bool:
    try:
        kind = (type.impl_instance if isinstance(type, sa.types.TypeDecorator) else type).python_type
    except NotImplementedError:
        return True
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, kind) and kind is bool
    return isinstance(value, NUMBERS if kind in NUMBERS else kind)


def _refused() -> Refused:
    reason = Reason("cannot be continued from there: the cursor belongs to another list, or is none")
    return Refused([FieldProblem(None, reason)])


def _digest(shape: str) -> str:
    return hashlib.sha256(shape.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _pack(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    for sign, kind in _KINDS.items():
        if type(value) is kind:
            return {sign: value.isoformat() if sign in "tdc" else str(value)}
    return {"s": str(value)}


def _unpack(plain: Any) -> Any:
    if not isinstance(plain, dict):
        if plain is None or isinstance(plain, bool | str) or (isinstance(plain, int) and abs(plain) < 2**63):
            return plain
        raise ValueError
    ((sign, text),) = plain.items()
    if sign in "tdc":
        value = _KINDS[sign].fromisoformat(text)
        if sign == "t" and value.tzinfo is None:
            raise ValueError
        return value
    value = _KINDS[sign](text)
    if isinstance(value, Decimal) and not (value.is_finite() and value.adjusted() < 19):
        raise ValueError
    return value


_KINDS: dict[str, Any] = {"t": datetime, "d": date, "c": time, "n": Decimal, "u": UUID, "s": str}
