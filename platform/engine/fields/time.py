"""The field kind `time`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa

from customary.engine.expressions.types import TIME, Type
from customary.engine.fields.field import Field, KeyProblem, Part, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Reason

CLOCK: Mapping[str, Any] = {"type": "string", "pattern": r"^\d{1,2}:\d{2}$"}


@dataclass(frozen=True, kw_only=True)
class Time(Field):
    """A time of day in no particular zone, such as when a shop opens: `9:30`, `2:30 pm`. `min` and `max` are times."""

    kind: ClassVar[str] = "time"
    type: ClassVar[Type] = TIME
    keys: ClassVar[Mapping[str, Any]] = {"min": CLOCK, "max": CLOCK}
    control: ClassVar[str] = "time"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "<", "<=", ">", ">=", "between", "empty", "filled")
    computable: ClassVar[bool] = True
    ranged: ClassVar[bool] = True
    settable: ClassVar[bool] = True
    icon: ClassVar[str] = "clock"

    min: dt.time | None = None
    max: dt.time | None = None

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {key: _bound(key, text) for key, text in keys.items()}

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.Time()),)

    def parse(self, text: str, locale: Locale) -> dt.time | None:
        if not text.strip():
            return None
        try:
            return locale.parse_time(text[:60]).replace(microsecond=0)
        except ValueError as error:
            raise Refusal("must be a time of day") from error

    def from_cell(self, cell: Any, locale: Locale, today: dt.date) -> dt.time | None:
        if isinstance(cell, dt.datetime | dt.time):
            return self.take(cell.time() if isinstance(cell, dt.datetime) else cell)
        return super().from_cell(cell, locale, today)

    def from_json(self, data: Any) -> dt.time | None:
        """As ISO 8601 has it: `09:30` or `09:30:15`."""
        if data is None:
            return None
        try:
            return self.take(_read(data))
        except (ValueError, TypeError) as error:
            raise Refusal("must be a time of day") from error

    def take(self, value: Any) -> dt.time | None:
        if isinstance(value, dt.time):
            return value.replace(microsecond=0, tzinfo=None)
        return self.from_json(value)

    def to_json(self, value: dt.time | None) -> str | None:
        return None if value is None else value.isoformat()

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": r"^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$"}

    def format(self, value: dt.time | None, locale: Locale) -> str:
        if value is None:
            return ""
        return locale.clock(value) if not value.second else value.isoformat()

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, dt.time) or value.tzinfo is not None or value.microsecond:
            return [Reason("must be a time of day")]
        found = []
        if self.min and value < self.min:
            found.append(Reason("must not be before {min}", {"min": f"{self.min:%H:%M}"}))
        if self.max and value > self.max:
            found.append(Reason("must not be after {max}", {"max": f"{self.max:%H:%M}"}))
        return found


def read_clock(text: str) -> dt.time | None:
    """A time of day in ISO 8601; None when the text is none."""
    try:
        return _read(text)
    except ValueError:
        return None


def _read(data: Any) -> dt.time:
    if not isinstance(data, str) or len(data) > 20 or not data.isascii() or ":" not in data:
        raise ValueError(data)
    found = dt.time.fromisoformat(data if data[1:2] != ":" else f"0{data}")
    if found.tzinfo is not None:
        raise ValueError(data)
    return found


def _bound(key: str, text: str) -> dt.time:
    try:
        return _read(text)
    except ValueError as error:
        raise KeyProblem(key, f"“{text}” is not a time of day", "Write it as 09:30.") from error
