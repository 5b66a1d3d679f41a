"""Reasons as a column keeps them, so that they can still be said in every language."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from customary.engine.money import Money
from customary.engine.words import Reason, Words


def reason_text(reason: Reason) -> str:
    """A reason as a column keeps it."""
    return json.dumps(_kept(reason)["reason"], ensure_ascii=False)


def read_reason(text: str | None) -> Reason | None:
    """A kept reason. What a rule's writer or an error said is told as it is."""
    try:
        kept: Any = json.loads(text or "")
    except ValueError:
        kept = None
    if isinstance(kept, dict) and {"text", "values"} == set(kept):
        return Reason(kept["text"], {name: _read(value) for name, value in kept["values"].items()})
    return Reason(text) if text else None


def _kept(value: Any) -> Any:
    """A value in a reason's hole, as JSON."""
    if isinstance(value, Reason):
        return {"reason": {"text": value.text, "values": {name: _kept(each) for name, each in value.values.items()}}}
    if isinstance(value, Words):
        return {"words": dict(value.by_language)}
    if isinstance(value, Money):
        return {"money": [str(value.amount), value.currency]}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"date": value.isoformat()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _read(kept: Any) -> Any:
    if not isinstance(kept, dict):
        return kept
    ((kind, value),) = kept.items()
    return _READ[kind](value)


_READ: dict[str, Callable[[Any], Any]] = {
    "reason": lambda kept: Reason(kept["text"], {name: _read(value) for name, value in kept["values"].items()}),
    "words": Words,
    "money": lambda kept: Money(Decimal(kept[0]), kept[1]),
    "number": Decimal,
    "date": date.fromisoformat,
}
