"""The field kind `boolean`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from customary.engine.expressions.types import BOOLEAN, Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Reason

YES = frozenset({"true", "yes", "y", "on", "1", "t", "x", "是", "对", "真", "ναι", "✓"})
NO = frozenset({"false", "no", "n", "off", "0", "f", "否", "不", "假", "όχι", "οχι"})


@dataclass(frozen=True, kw_only=True)
class Boolean(Field):
    """Yes or no; no unless its `default` says otherwise."""

    kind: ClassVar[str] = "boolean"
    type: ClassVar[Type] = BOOLEAN
    control: ClassVar[str] = "boolean"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=")
    comparable: ClassVar[bool] = False
    computable: ClassVar[bool] = True
    settable: ClassVar[bool] = True
    icon: ClassVar[str] = "square-check"

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.Boolean()),)

    def parse(self, text: str, locale: Locale) -> bool | None:
        word = text.strip().lower()
        if not word:
            return None
        if word in YES or word == locale.boolean(True).lower():
            return True
        if word in NO or word == locale.boolean(False).lower():
            return False
        raise Refusal("must be yes or no")

    def from_json(self, data: Any) -> bool | None:
        if data is None or isinstance(data, bool):
            return data
        raise Refusal("must be true or false")

    def from_cell(self, cell: Any, locale: Locale, today: date) -> bool | None:
        return cell if isinstance(cell, bool) else super().from_cell(cell, locale, today)

    def cell(self, value: bool, zone: ZoneInfo | None) -> bool:
        return value

    def take(self, value: Any) -> bool | None:
        return self.from_json(value)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "boolean"}

    def format(self, value: bool | None, locale: Locale) -> str:
        return "" if value is None else locale.boolean(value)

    def edit(self, value: bool | None, locale: Locale) -> str:
        return "" if value is None else "true" if value else "false"

    def texts(self, value: bool | None, locale: Locale) -> tuple[str, ...]:
        """As a box that is ticked or not."""
        return ("true" if value else "",)

    def check(self, value: Any) -> list[Reason]:
        return [] if isinstance(value, bool) else [Reason("must be yes or no")]
