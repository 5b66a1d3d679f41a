"""Conversion: a value of one field kind as a value of another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field, Refusal
from customary.engine.fields.numeric import rounded
from customary.engine.locale import Locale, locale
from customary.engine.model.workspace import Settings
from customary.engine.money import Money

LOSSLESS, TRIES, REFUSED = "lossless", "tries", "refused"

GROUPS = {
    "text": ("text", "long_text", "markdown"),
    "code": ("barcode", "auto_number"),
    "sign": ("email", "phone", "url", "color"),
    "number": ("integer", "decimal", "percent", "rating", "money"),
    "truth": ("boolean", "consent"),
    "day": ("date",),
    "moment": ("datetime",),
    "clock": ("time",),
    "span": ("duration",),
    "option": ("choice", "choices", "tags"),
    "whole": ("person_name", "address", "location"),
    "link": ("link", "user", "team", "links", "users", "any_link"),
    "lines": ("lines",),
    "file": ("file", "files", "image", "signature"),
    "json": ("json",),
    "secret": ("secret",),
}
"""The kinds by what they have to say to one another."""

GROUP = {kind: group for group, kinds in GROUPS.items() for kind in kinds}

BECOMES = {
    "text": {*GROUPS} - {"lines", "file", "secret"},
    "code": {"text", "code", "number", "json"},
    "sign": {"text", "json"},
    "number": {"text", "code", "number", "truth", "option", "json"},
    "truth": {"text", "number", "truth", "option", "json"},
    "day": {"text", "moment", "json"},
    "moment": {"text", "day", "clock", "json"},
    "clock": {"text", "json"},
    "span": {"text", "json"},
    "option": {"text", "option", "number", "truth", "link", "json"},
    "whole": {"text", "json"},
    "link": {"text", "option", "link", "json"},
    "lines": set(),
    "file": {"file"},
    "json": {*GROUPS} - {"lines", "link", "file", "secret"},
    "secret": set(),
}
"""What values of a group may become, if they are such as fit."""

SENSELESS = {
    *((option, "any_link") for option in GROUPS["option"]),
    *(("money", option) for option in GROUPS["option"]),
    *((amount, code) for amount in ("decimal", "percent", "rating", "money") for code in GROUPS["code"]),
    *((code, amount) for amount in ("percent", "rating", "money") for code in GROUPS["code"]),
    *((amount, truth) for amount in ("percent", "rating", "money") for truth in GROUPS["truth"]),
    *((truth, amount) for amount in ("percent", "rating", "money") for truth in GROUPS["truth"]),
}
"""Kinds that have nothing to say to one another, though their groups do."""

SHORT = 64
"""The most characters that a value of most kinds takes as text."""
LONG = 10_000
BOUNDED = frozenset({"number", "truth", "day", "moment", "clock", "span"})
"""Groups whose values are short as text."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the values of one field become those of another: all of them, those that fit, or none, and why."""

    how: str
    why: str = ""


def way(old: Field, new: Field) -> Way:
    """The usual way from one field to another."""
    if old.kind == new.kind:
        return Way(LOSSLESS if _same_kind_fits(old, new) else TRIES)
    if old.sealed:
        return Way(REFUSED, "what is secret would come to light")
    if new.sealed:
        return Way(REFUSED, "what it holds was open until now; only what is entered anew is secret")
    if "lines" in (old.kind, new.kind):
        return Way(REFUSED, "lines are records of their own")
    if old.attaches != new.attaches:
        return Way(REFUSED, "a file is no plain value")
    if GROUP[new.kind] not in BECOMES[GROUP[old.kind]] or (old.kind, new.kind) in SENSELESS:
        return Way(REFUSED, f"nothing in a value of the type {old.kind} says what it would be as {new.kind}")
    return Way(LOSSLESS if _is_lossless(old, new) else TRIES)


def convert(old: Field, new: Field, value: Any, settings: Settings) -> Any:
    """The value as the new kind has it, or None where it does not fit.

    Of several values one field can hold only the first, and a number has as many decimals as it may: `is_whole` tells.
    """
    try:
        converted = _converted(old, new, value, settings)
        # A scale may be too small, a number too large: what cannot be stored does not fit.
        new.store(converted)
    except (Refusal, ValueError, ArithmeticError, TypeError, KeyError, AttributeError):
        return None
    if converted in (None, ()) or (old.kind != new.kind and new.check(converted)):
        return None
    return converted


def is_whole(old: Field, new: Field, value: Any, converted: Any) -> bool:
    """Whether a value became another without losing anything that it said."""
    if converted is None:
        return False
    if _is_list(old) and GROUP[new.kind] not in ("text", "json"):
        return len(value) == (len(converted) if _is_list(new) else 1)
    numbers = [each.amount if isinstance(each, Money) else each for each in (value, converted)]
    if all(isinstance(each, int | Decimal) and not isinstance(each, bool) for each in numbers):
        return numbers[0] == numbers[1]
    return True


def _same_kind_fits(old: Field, new: Field) -> bool:
    if GROUP[old.kind] == "link":
        return getattr(old, "to", "") == getattr(new, "to", "")
    return getattr(new, "scale", 0) >= getattr(old, "scale", 0)


def _is_lossless(old: Field, new: Field) -> bool:
    was, now = GROUP[old.kind], GROUP[new.kind]
    if now == "json":
        return was != "link"
    if now == "text":
        return _fits_as_text(old, new)
    if (was, now) == ("number", "number"):
        return _numbers_fit(old, new)
    if was == "truth" and now in ("number", "truth"):
        return not _is_bounded(new)
    if (was, now) == ("option", "option"):
        return new.kind == "tags"
    if (was, now) == ("link", "link"):
        return not old.several and _leads_to_all(old, new)
    return now == "file" and not _is_list(old) and new.kind in ("file", "files")


def _fits_as_text(old: Field, new: Field) -> bool:
    if GROUP[old.kind] in BOUNDED or old.kind in ("choice", "color", "phone"):
        return new.limit >= SHORT
    if GROUP[old.kind] in ("text", "code", "sign"):
        lines = getattr(old, "lines_allowed", False)
        return new.limit >= old.limit and (new.lines_allowed or not lines)
    return new.limit >= LONG


def _numbers_fit(old: Field, new: Field) -> bool:
    if _is_bounded(new) or old.kind == "money":
        return False
    if old.kind == "rating":
        return True
    # A number of more decimals has fewer digits before the point: not every integer is a decimal.
    return new.kind != "money" and getattr(new, "scale", 0) == getattr(old, "scale", 0)


def _is_bounded(new: Field) -> bool:
    return new.kind == "rating" or getattr(new, "min", None) is not None or getattr(new, "max", None) is not None


def _leads_to_all(old: Field, new: Field) -> bool:
    """Whether whatever the old link leads to is among what the new one may lead to."""
    if old.kind == "any_link":
        return False
    return old.to in (new.to or (old.to,)) if new.kind == "any_link" else old.to == new.to


def _is_list(field: Field) -> bool:
    return field.several or field.kind == "files"


def _converted(old: Field, new: Field, value: Any, settings: Settings) -> Any:
    if value is None or value == () or way(old, new).how == REFUSED:
        return None
    if old.kind == new.kind and GROUP[old.kind] not in ("number", "link"):
        return value
    if GROUP[new.kind] in ("text", "code"):
        return _understood(new, _as_text(value), settings)
    if new.kind == "json":
        return old.to_json(value)
    if old.kind == "json":
        return new.from_json(value)
    if GROUP[old.kind] == GROUP[new.kind] == "link":
        return _linked(old, new, value)
    return _plain(old, new, value, settings)


def _plain(old: Field, new: Field, value: Any, settings: Settings) -> Any:
    values = value if isinstance(value, tuple) else (value,)
    if _is_list(new) and GROUP[old.kind] in ("option", "link", "file"):
        return values if new.attaches else new.from_json(list(values))
    value = values[0]
    if GROUP[new.kind] == "number":
        return _number(new, value, settings)
    if isinstance(value, datetime):
        local = value.astimezone(settings.time_zone)
        return local.date() if new.kind == "date" else local.time()
    if isinstance(value, date) and new.kind == "datetime":
        return datetime.combine(value, time(), settings.time_zone).astimezone(UTC)
    if GROUP[old.kind] == GROUP[new.kind]:
        return value
    return _understood(new, _as_text(value), settings)


def _linked(old: Field, new: Field, value: Any) -> Any:
    """Ids as another link holds them. Whether such records are there, the database is asked."""
    if new.kind == "any_link":
        first = value[0] if isinstance(value, tuple) and not isinstance(value, AnyLink) else value
        return first if isinstance(first, AnyLink) else new.take(AnyLink(old.to, first))
    if isinstance(value, AnyLink):
        if value.entity != new.to:
            return None
        value = value.id
    values = value if isinstance(value, tuple) else (value,)
    return values if new.several else values[0]


def _number(new: Field, value: Any, settings: Settings) -> Any:
    if isinstance(value, Money):
        if new.kind == "money":
            return new.take(value)
        if value.currency != settings.currency:
            raise ValueError(value.currency)
        value = value.amount
    if isinstance(value, str):
        return _understood(new, value, settings)
    number = Decimal(value)
    if new.kind == "money":
        return new.take(number)
    return int(rounded(number, 0)) if new.kind in ("integer", "rating") else rounded(number, new.scale)


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


def _understood(new: Field, text: str, settings: Settings) -> Any:
    """A text as people here type it, in the first of the workspace's languages in which it means something."""
    problem: Exception | None = None
    for language in dict.fromkeys((*settings.languages, "en")):
        try:
            return new.parse(text, _locale(language, settings))
        except (Refusal, ValueError) as error:
            problem = error
    raise problem or ValueError(text)


def _locale(language: str, settings: Settings) -> Locale:
    return locale(language, settings.time_zone, settings.first_weekday, settings.currency)
