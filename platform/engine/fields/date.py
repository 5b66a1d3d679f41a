"""The field kind `date`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from customary.engine.expressions.types import DATE, Type
from customary.engine.fields.field import Field, KeyProblem, Part, Refusal, cell_text
from customary.engine.locale import Locale
from customary.engine.words import Reason

MIDNIGHT = re.compile(r"[T ]+00:00(:00(\.0+)?)?(Z|\+00:00)?$")
DAY: Mapping[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@dataclass(frozen=True, kw_only=True)
class Date(Field):
    """A day. People may type `today`, `tomorrow`, `+3d` or `+2w`. `min` and `max` are days such as 2026-01-31."""

    kind: ClassVar[str] = "date"
    type: ClassVar[Type] = DATE
    keys: ClassVar[Mapping[str, Any]] = {"min": DAY, "max": DAY}
    control: ClassVar[str] = "date"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "<", "<=", ">", ">=", "between", "empty", "filled")
    computable: ClassVar[bool] = True
    ranged: ClassVar[bool] = True
    settable: ClassVar[bool] = True
    icon: ClassVar[str] = "calendar"

    min: dt.date | None = None
    max: dt.date | None = None

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {key: _bound(key, text) for key, text in keys.items()}

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.Date()),)

    def parse(self, text: str, locale: Locale) -> dt.date | None:
        if not text.strip():
            return None
        try:
            return locale.parse_date(text)
        except ValueError as error:
            raise Refusal("must be a date") from error

    def from_json(self, data: Any) -> dt.date | None:
        if data is None:
            return None
        if not isinstance(data, str) or len(data) > 40:
            raise Refusal("must be a date")
        try:
            return dt.date.fromisoformat(data)
        except ValueError as error:
            raise Refusal("must be a date") from error

    def from_cell(self, cell: Any, locale: Locale, today: dt.date) -> dt.date | None:
        """A time of day at midnight that some programs add is passed over."""
        if isinstance(cell, dt.date):
            return cell.date() if isinstance(cell, dt.datetime) else cell
        text = MIDNIGHT.sub("", cell_text(cell, locale).strip())
        try:
            return locale.parse_date(text, today)
        except ValueError as error:
            raise Refusal("must be a date") from error

    def cell(self, value: dt.date, zone: ZoneInfo | None) -> dt.date:
        return value

    def take(self, value: Any) -> dt.date | None:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        return self.from_json(value)

    def to_json(self, value: dt.date | None) -> str | None:
        return None if value is None else value.isoformat()

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date"}

    def format(self, value: dt.date | None, locale: Locale) -> str:
        return "" if value is None else locale.date(value)

    def edit(self, value: dt.date | None, locale: Locale) -> str:
        """In the local form; in ISO where that would not be read back as the same day."""
        if value is None:
            return ""
        text = locale.date(value)
        return text if _reads_as(text, locale, value) else value.isoformat()

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            return [Reason("must be a date")]
        found = []
        if self.min and value < self.min:
            found.append(Reason("must not be before {min}", {"min": self.min}))
        if self.max and value > self.max:
            found.append(Reason("must not be after {max}", {"max": self.max}))
        return found


def _reads_as(text: str, locale: Locale, value: dt.date) -> bool:
    try:
        return locale.parse_date(text) == value
    except ValueError:
        return False


def _bound(key: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise KeyProblem(key, f"“{text}” is not a day", "Write it as 2026-01-31.") from error
