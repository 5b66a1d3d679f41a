"""Conversion: a value of one field kind as a value of another."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from customary.engine.fields.field import Field, Refusal
from customary.engine.locale import locale
from customary.engine.model.model import Settings
from customary.engine.money import Money

TEXTS = frozenset({"text", "long_text", "markdown", "email", "phone", "url"})
LISTS = frozenset({"choices", "tags", "links"})

_LOSSLESS = frozenset(
    {
        ("integer", "decimal"),
        ("integer", "percent"),
        ("integer", "money"),
        ("decimal", "money"),
        ("percent", "decimal"),
        ("date", "datetime"),
        ("choice", "choices"),
        ("choice", "tags"),
        ("choices", "tags"),
        ("link", "links"),
        ("user", "link"),
        ("link", "user"),
    }
)


def is_lossless(old: Field, new: Field) -> bool:
    """Whether every value is sure to fit, so that nobody need look at the data."""
    if _alone(old) or _alone(new):
        return old.kind == new.kind
    if new.kind in ("text", "long_text", "markdown"):
        return True
    if old.kind == new.kind:
        return getattr(new, "scale", 0) >= getattr(old, "scale", 0)
    return (old.kind, new.kind) in _LOSSLESS


def convert(old: Field, new: Field, value: Any, settings: Settings) -> Any:
    """The value as the new kind has it, or None where it does not fit."""
    try:
        converted = _converted(old, new, value, settings)
        # A scale may be too small, a number too large: what cannot be stored does not fit.
        new.store(converted)
        return converted
    except (Refusal, ValueError, ArithmeticError, TypeError, KeyError, AttributeError):
        return None


def _converted(old: Field, new: Field, value: Any, settings: Settings) -> Any:
    if value is None or value == ():
        return None
    if old.kind == new.kind:
        return value
    if _alone(old) or _alone(new):
        return None
    if isinstance(value, tuple) and new.kind not in LISTS and new.kind not in TEXTS:
        (value,) = value
    if new.kind in TEXTS:
        return _parsed(new, _as_text(value), settings)
    if new.kind in LISTS:
        return value if isinstance(value, tuple) else (value,)
    if new.kind == "money":
        return Money(_as_number(value), settings.currency)
    if isinstance(value, Money):
        value = _amount(value, settings)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return _from_number(new, value, settings)
    if isinstance(value, datetime) and new.kind == "date":
        return value.astimezone(settings.time_zone).date()
    if isinstance(value, date) and new.kind == "datetime":
        return datetime.combine(value, time(), settings.time_zone).astimezone(UTC)
    if isinstance(value, str):
        return _parsed(new, value, settings)
    return new.from_json(old.to_json(value))


def _alone(each: Field) -> bool:
    """Whether values of no other kind mean anything to it: secrets, which would come to light, and files."""
    return each.sealed or each.attaches


def _from_number(new: Field, value: int | Decimal, settings: Settings) -> Any:
    if new.kind in ("decimal", "percent"):
        return Decimal(value)
    if new.kind == "integer":
        if value != int(value):
            raise ValueError(value)
        return int(value)
    return _parsed(new, _as_text(value), settings)


def _as_number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError(value)
    return Decimal(value)


def _amount(value: Money, settings: Settings) -> Decimal:
    if value.currency != settings.currency:
        raise ValueError(value.currency)
    return value.amount


def _as_text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_as_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _parsed(new: Field, text: str, settings: Settings) -> Any:
    return new.parse(text, locale("en", settings.time_zone))
