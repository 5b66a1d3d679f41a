"""The written forms of one language, taken from Babel once: patterns, separators, names of months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import babel
import babel.core
from babel import dates, numbers

Piece = Callable[[datetime], str]

YES_NO = {"en": ("Yes", "No"), "zh": ("是", "否"), "el": ("Ναι", "Όχι")}
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """How a language writes numbers, dates and money."""

    language: str
    decimal: str
    group: str
    minus: str
    separators: Mapping[int, str] | None
    """Translates Python's `1,234.50` into local separators; None where they are the same."""
    percent: tuple[str, str]
    money: tuple[str, str]
    """What stands before and after the number; `¤` is the currency's sign."""
    date: tuple[Piece, ...]
    datetime: tuple[Piece, ...]
    time: tuple[Piece, ...]
    date_order: str
    """The order of numbers in a short date: `mdy`, `dmy` or `ymd`."""
    months: Mapping[str, int]
    """Names of months as people type them, in lower case, with their numbers."""
    periods: Mapping[str, bool]
    """Words for before and after noon, in lower case; true is after."""
    ago: Mapping[str, Mapping[str, str]]
    ahead: Mapping[str, Mapping[str, str]]
    now: str
    plural: Callable[[int], str]
    yes: str
    no: str


@lru_cache(maxsize=64)
def forms(language: str) -> Forms:
    """The forms of a language; English for a language that Babel does not know."""
    try:
        local = babel.Locale.parse(language.replace("-", "_"))
    except (ValueError, babel.UnknownLocaleError):
        local = babel.Locale("en")
    symbols = local.number_symbols.get("latn", local.number_symbols)
    decimal, group, minus = symbols["decimal"], symbols["group"].replace("\u202f", "\xa0"), symbols["minusSign"]
    fields = local._data["date_fields"]  # Babel has no public way to these words without formatting a value
    yes, no = YES_NO.get(local.language, YES_NO["en"])
    return Forms(
        language=local.language,
        decimal=decimal,
        group=group,
        minus=minus,
        separators=None if (group, decimal) == (",", ".") else {ord(","): group, ord("."): decimal},
        percent=_around(local.percent_formats[None]),
        money=_around(local.currency_formats["standard"]),
        date=_compile(local.date_formats["medium"].pattern, local),
        time=_compile(local.time_formats["short"].pattern, local),
        datetime=_glue(local),
        date_order=_order(local.date_formats["short"].pattern),
        months=_month_names(local),
        periods=_period_names(local),
        ago={unit: fields[unit]["past"] for unit, _ in UNITS},
        ahead={unit: fields[unit]["future"] for unit, _ in UNITS},
        now=_now_word(local.language),
        plural=local.plural_form,
        yes=yes,
        no=no,
    )


@lru_cache(maxsize=1024)
def currency_sign(currency: str, language: str) -> str:
    """The sign of a currency as a language writes it: `$`, `US$`, `€`; its code where it has none."""
    try:
        return numbers.get_currency_symbol(currency, language.replace("-", "_"))
    except (ValueError, babel.UnknownLocaleError):
        return numbers.get_currency_symbol(currency, "en")


@lru_cache(maxsize=512)
def currency_digits(currency: str) -> int:
    """How many decimals a currency has: 2 for EUR, 0 for JPY."""
    return numbers.get_currency_precision(currency)


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """The codes of all currencies there are."""
    return frozenset(numbers.list_currencies())


def country_of(zone: ZoneInfo) -> str | None:
    """The two letters of the country of a time zone: GR for Europe/Athens, None for UTC."""
    country = babel.core.get_global("zone_territories").get(zone.key or "", "")
    return country if country.isalpha() else None


def _around(pattern: numbers.NumberPattern) -> tuple[str, str]:
    before, after = pattern.prefix[0], pattern.suffix[0]
    return before, after


def _glue(local: babel.Locale) -> tuple[Piece, ...]:
    pattern = str(local.datetime_formats["medium"]).replace("'", "")
    pieces: list[Piece] = []
    for part in pattern.replace("{0}", "\0t\0").replace("{1}", "\0d\0").split("\0"):
        if part == "t":
            pieces.extend(_compile(local.time_formats["short"].pattern, local))
        elif part == "d":
            pieces.extend(_compile(local.date_formats["medium"].pattern, local))
        elif part:
            pieces.append(_constant(part))
    return tuple(pieces)


def _compile(pattern: str, local: babel.Locale) -> tuple[Piece, ...]:
    return tuple(
        _constant(str(value).replace("\u202f", " ")) if kind == "chars" else _piece(value[0], value[1], local)
        for kind, value in dates.tokenize_pattern(pattern)
    )


def _constant(text: str) -> Piece:
    return lambda _moment: text


def _piece(letter: str, count: int, local: babel.Locale) -> Piece:
    if letter in "yu":
        return (lambda m: f"{m.year % 100:02d}") if count == 2 else (lambda m: str(m.year))
    if letter in "ML":
        return _month(count, local)
    if letter == "d":
        return (lambda m: f"{m.day:02d}") if count == 2 else (lambda m: str(m.day))
    if letter == "H":
        return (lambda m: f"{m.hour:02d}") if count == 2 else (lambda m: str(m.hour))
    if letter == "h":
        return (lambda m: f"{m.hour % 12 or 12:02d}") if count == 2 else (lambda m: str(m.hour % 12 or 12))
    if letter == "m":
        return lambda m: f"{m.minute:02d}"
    if letter == "s":
        return lambda m: f"{m.second:02d}"
    if letter in "abB":
        periods = local.day_periods["format"]["abbreviated"]
        before, after = periods["am"], periods["pm"]
        return lambda m: before if m.hour < 12 else after
    return lambda m: str(dates.format_skeleton(letter * count, m, locale=local))


def _month(count: int, local: babel.Locale) -> Piece:
    if count <= 2:
        return (lambda m: f"{m.month:02d}") if count == 2 else (lambda m: str(m.month))
    names = local.months["format"]["abbreviated" if count == 3 else "wide"]
    return lambda m: names[m.month]


def _order(pattern: str) -> str:
    found = [letter for letter in pattern.lower() if letter in "dmy"]
    return "".join(dict.fromkeys(found)) or "ymd"


def _month_names(local: babel.Locale) -> dict[str, int]:
    names: dict[str, int] = {}
    for language in (babel.Locale("en"), local):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in language.months[context][width].items():
                    names[name.lower().rstrip(".")] = number
    return names


def _period_names(local: babel.Locale) -> dict[str, bool]:
    local_names = local.day_periods["format"]["abbreviated"]
    return {"am": False, "pm": True, local_names["am"].lower(): False, local_names["pm"].lower(): True}


def _now_word(language: str) -> str:
    return {"zh": "刚刚", "el": "τώρα"}.get(language, "just now")
