"""The field kind `json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from customary.engine.columns import Json as JsonColumn
from customary.engine.expressions.types import JSON, Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.textual import FORBIDDEN
from customary.engine.locale import Locale
from customary.engine.words import Reason

LARGEST = 64 * 1024
"""Characters of a value as it is written without blanks."""
DEEPEST = 30
WIDEST_NUMBER = 2**63


@dataclass(frozen=True, kw_only=True)
class Json(Field):
    """Any JSON value up to 64 KiB: data of another program, kept with the record. Null is nothing.

    Expressions of rules read inside it (`data.size`); lists cannot filter by more than whether it is there.
    """

    kind: ClassVar[str] = "json"
    type: ClassVar[Type] = JSON
    control: ClassVar[str] = "json"
    operators: ClassVar[tuple[str, ...]] = ("empty", "filled")
    comparable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    wide: ClassVar[bool] = True
    searchable: ClassVar[bool] = True
    icon: ClassVar[str] = "braces"

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", JsonColumn()),)

    def parse(self, text: str, locale: Locale) -> Any:
        if not text.strip():
            return None
        if len(text) > 4 * LARGEST:
            raise _too_large()
        try:
            return self.from_json(json.loads(text, parse_constant=_no_constant))
        except Refusal:
            raise
        except (ValueError, RecursionError) as error:
            raise Refusal("must be JSON") from error

    def from_json(self, data: Any) -> Any:
        found = _plain(data, DEEPEST)
        if found is not None and len(_written(found)) > LARGEST:
            raise _too_large()
        return found

    def from_cell(self, cell: Any, locale: Locale, today: date) -> Any:
        """JSON as it is written; what is none is a text."""
        if not isinstance(cell, str):
            return self.from_json(cell)
        try:
            return self.parse(cell, locale)
        except Refusal:
            return self.from_json(cell)

    def take(self, value: Any) -> Any:
        return self.from_json(value)

    def cell(self, value: Any, zone: ZoneInfo | None) -> str:
        return _written(value)

    def json_schema(self) -> Mapping[str, Any]:
        return {}

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else _written(value)

    def edit(self, value: Any, locale: Locale) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)

    def check(self, value: Any) -> list[Reason]:
        try:
            self.from_json(value)
        except Refusal as refusal:
            return [refusal.reason]
        return []


def _plain(data: Any, depth: int) -> Any:
    """A value as JSON has it. Raises Refusal for what JSON, or one of the databases, cannot keep."""
    if depth == 0:
        raise Refusal("must not be nested deeper than {max}", max=DEEPEST)
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, str):
        return _text(data)
    if isinstance(data, int | float | Decimal):
        return _number(data)
    if isinstance(data, list | tuple):
        return [_plain(each, depth - 1) for each in data]
    if isinstance(data, dict) and all(isinstance(key, str) for key in data):
        return {_text(key): _plain(each, depth - 1) for key, each in data.items()}
    raise Refusal("must be JSON")


def _text(text: str) -> str:
    if FORBIDDEN.search(text):
        raise Refusal("must not contain control characters")
    return text


def _number(number: float | Decimal) -> int | float:
    if isinstance(number, Decimal) and not number.is_finite() or not abs(number) < WIDEST_NUMBER:
        raise Refusal("is too large a number")
    return (int(number) if number == int(number) else float(number)) if isinstance(number, Decimal) else number


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _too_large() -> Refusal:
    return Refusal("must be at most {max} characters long", max=LARGEST)


def _no_constant(word: str) -> Any:
    raise ValueError(word)
