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

from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.words import Reason

LONGEST = 4_000


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
        reason = Reason("cannot be continued from there: the cursor belongs to another list, or is none")
        raise Refused([FieldProblem(None, reason)]) from None


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
