"""The field kind `datetime`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from customary.engine.columns import Moment
from customary.engine.expressions.types import DATETIME, Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Reason

EARLIEST = dt.datetime(1, 1, 3, tzinfo=dt.UTC)
LATEST = dt.datetime(9999, 12, 29, tzinfo=dt.UTC)
"""Within these every zone can show it."""


@dataclass(frozen=True, kw_only=True)
class DateTime(Field):
    """A moment: a day and a time of day, typed and shown in each person's own time zone."""

    kind: ClassVar[str] = "datetime"
    type: ClassVar[Type] = DATETIME
    control: ClassVar[str] = "datetime"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "<", "<=", ">", ">=", "between", "empty", "filled")
    computable: ClassVar[bool] = True
    ranged: ClassVar[bool] = True
    icon: ClassVar[str] = "clock"

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", Moment()),)

    def parse(self, text: str, locale: Locale) -> dt.datetime | None:
        if not text.strip():
            return None
        try:
            return _within(locale.parse_datetime(text))
        except ValueError as error:
            raise Refusal("must be a date and time") from error

    def from_json(self, data: Any) -> dt.datetime | None:
        """ISO 8601 with an offset; without one it is UTC."""
        if data is None:
            return None
        if not isinstance(data, str) or len(data) > 40:
            raise Refusal("must be a date and time")
        try:
            moment = dt.datetime.fromisoformat(data)
            return _within((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC))
        except (ValueError, OverflowError) as error:
            raise Refusal("must be a date and time") from error

    def from_cell(self, cell: Any, locale: Locale, today: dt.date) -> dt.datetime | None:
        if not isinstance(cell, dt.date):
            return super().from_cell(cell, locale, today)
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        return self.take(moment if moment.tzinfo else moment.replace(tzinfo=locale.zone))

    def cell(self, value: dt.datetime, zone: ZoneInfo | None) -> Any:
        return value.astimezone(zone) if zone is not None else self.to_json(value)

    def take(self, value: Any) -> dt.datetime | None:
        if isinstance(value, dt.datetime) and value.tzinfo:
            return _within(value.astimezone(dt.UTC))
        return self.from_json(value)

    def to_json(self, value: dt.datetime | None) -> str | None:
        return None if value is None else value.isoformat().replace("+00:00", "Z")

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date-time"}

    def format(self, value: dt.datetime | None, locale: Locale) -> str:
        return "" if value is None else locale.datetime(value)

    def edit(self, value: dt.datetime | None, locale: Locale) -> str:
        """In the person's zone and local form; in ISO where that would not be read back as the same moment."""
        if value is None:
            return ""
        local = value.astimezone(locale.zone)
        texts = (locale.datetime(value), local.replace(tzinfo=None).isoformat())
        return next((text for text in texts if _reads_as(text, locale, value)), local.isoformat())

    def check(self, value: Any) -> list[Reason]:
        if isinstance(value, dt.datetime) and value.tzinfo and EARLIEST <= value <= LATEST:
            return []
        return [Reason("must be a date and time")]


def _reads_as(text: str, locale: Locale, value: dt.datetime) -> bool:
    try:
        return locale.parse_datetime(text) == value
    except ValueError:
        return False


def _within(value: dt.datetime) -> dt.datetime:
    if not EARLIEST <= value <= LATEST:
        raise Refusal("must be a date and time")
    return value
