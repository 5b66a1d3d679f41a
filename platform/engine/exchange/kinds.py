"""Which kind of field a column of cells looks like, and how its numbers and dates are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from customary.engine.locale import Locale

LOOKED_AT = 2000
MOST_OPTIONS = 12

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"(\+|00|\()[\d\s()./-]{6,}")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?[\d.,'  ]*\d[\d.,]*")
_MONEY = re.compile(r"([$€£¥]|[A-Z]{3})\s?[\d.,'  ]*\d|[\d.,'  ]*\d\s?([$€£¥]|[A-Z]{3})")
_PERCENT = re.compile(r"[+-]?\d+([.,]\d+)?\s?%")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}年\d{1,2}月\d{1,2}日")
_MOMENT = re.compile(rf"(?:{_DATE.pattern})[T ,]+\d{{1,2}}:\d{{2}}.*")
_YES_NO = frozenset(("true", "false", "yes", "no", "y", "n", "是", "否", "ναι", "όχι"))
_SHORT = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}")
_COMMA = re.compile(r"\.\d{3},|,(\d{1,2}|\d{4,})\D*$|^\D*(0|\d{4,}),\d")
_POINT = re.compile(r",\d{3}\.|\.(\d{1,2}|\d{4,})\D*$|^\D*(0|\d{4,})\.\d")

_PATTERNS = (
    ("email", _EMAIL),
    ("url", _URL),
    ("datetime", _MOMENT),
    ("date", _DATE),
    ("percent", _PERCENT),
    ("integer", _WHOLE),
    ("money", _MONEY),
    ("decimal", _NUMBER),
    ("phone", _PHONE),
)


def kind_of(cells: Sequence[Any]) -> str:
    """The kind of field that nearly all cells (19 of 20) would fit."""
    cells = cells[:LOOKED_AT]
    if not cells:
        return "text"
    if (known := _known_kind(cells)) is not None:
        return known
    texts = [str(cell).strip() for cell in cells]
    enough = len(texts) * 0.95
    if all(text.lower() in _YES_NO for text in texts):
        return "boolean"
    for kind, pattern in _PATTERNS:
        if sum(1 for text in texts if pattern.fullmatch(text)) >= enough:
            return "text" if kind == "integer" and _is_code(texts) else kind
    if any("\n" in text or len(text) > 200 for text in texts):
        return "long_text"
    different = len(set(texts))
    return "choice" if different <= MOST_OPTIONS and len(texts) >= different * 4 else "text"


def locale_of(cells: Iterable[Any], usual: Locale) -> Locale:
    """The locale in which numbers and dates are written: `usual`, but for what the cells show."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    decimal = _decimal(texts) or usual.forms.decimal
    order = _order(texts) or ("dmy" if decimal == "," and usual.forms.date_order == "mdy" else usual.forms.date_order)
    if (decimal, order) == (usual.forms.decimal, usual.forms.date_order):
        return usual
    forms = replace(usual.forms, decimal=decimal, group="." if decimal == "," else ",", date_order=order)
    return replace(usual, forms=forms)


def _known_kind(cells: Sequence[Any]) -> str | None:
    """The kind of cells that a spreadsheet or JSON has types for."""
    if all(isinstance(cell, bool) for cell in cells):
        return "boolean"
    if all(isinstance(cell, dt.datetime) for cell in cells):
        return "datetime"
    if all(isinstance(cell, dt.date) for cell in cells):
        return "date"
    if all(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells):
        return "integer"
    if all(isinstance(cell, int | Decimal) and not isinstance(cell, bool) for cell in cells):
        return "decimal"
    return None


def _is_code(texts: list[str]) -> bool:
    """Digits that are no number: 00123, or long and all of one length."""
    return any(len(text) > 1 and text.startswith("0") for text in texts)


def _decimal(texts: list[str]) -> str | None:
    numbers = [text for text in texts if "," in text or "." in text]
    commas = sum(1 for text in numbers if _COMMA.search(text.strip()))
    points = sum(1 for text in numbers if _POINT.search(text.strip()))
    if commas == points:
        return None
    return "," if commas > points else "."


def _order(texts: list[str]) -> str | None:
    """Whether short dates begin with the day or the month, as far as a number over 12 tells."""
    days_first = months_first = 0
    for text in texts:
        if found := _SHORT.match(text.strip()):
            days_first += int(found[1]) > 12
            months_first += int(found[2]) > 12
    if days_first == months_first:
        return None
    return "dmy" if days_first > months_first else "mdy"
