"""The field kind `duration`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from customary.engine.arithmetic import microseconds
from customary.engine.expressions.types import DURATION, Type
from customary.engine.fields.field import Field, KeyProblem, Part, Refusal
from customary.engine.locale import Locale
from customary.engine.locale.spans import iso_span, read_span
from customary.engine.words import Reason

LONGEST = timedelta(days=365_000)
SPAN: Mapping[str, Any] = {"type": "string"}


@dataclass(frozen=True, kw_only=True)
class Duration(Field):
    """How long something takes, to the second: `1h 30min`, `90 min`, `1:30`, `2d` (a day has 24 hours).

    `min` and `max` are written the same way.
    """

    kind: ClassVar[str] = "duration"
    type: ClassVar[Type] = DURATION
    keys: ClassVar[Mapping[str, Any]] = {"min": SPAN, "max": SPAN}
    control: ClassVar[str] = "duration"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "<", "<=", ">", ">=", "between", "empty", "filled")
    computable: ClassVar[bool] = True
    ranged: ClassVar[bool] = True
    summable: ClassVar[bool] = True
    settable: ClassVar[bool] = True
    at_right: ClassVar[bool] = True
    icon: ClassVar[str] = "timer"

    min: timedelta | None = None
    max: timedelta | None = None

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        found = {key: _bound(key, text) for key, text in keys.items()}
        if len(found) == 2 and found["min"] > found["max"]:
            raise KeyProblem("min", "min is greater than max", "Exchange them.")
        return found

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        """Whole microseconds, as expressions reckon with them."""
        return (Part("", sa.BigInteger()),)

    def store(self, value: timedelta | None) -> Mapping[str, Any]:
        return {"": None if value is None else microseconds(value)}

    def load(self, row: Mapping[str, Any]) -> timedelta | None:
        return self.figure(row[""])

    def figure(self, value: int | Decimal | None) -> timedelta | None:
        return None if value is None else timedelta(microseconds=int(value))

    def parse(self, text: str, locale: Locale) -> timedelta | None:
        if not text.strip():
            return None
        try:
            return _kept(locale.parse_span(text[:200]))
        except (ValueError, OverflowError) as error:
            raise Refusal("must be a duration, such as {example}", example="1h 30min") from error

    def from_json(self, data: Any) -> timedelta | None:
        """In ISO 8601 (`PT1H30M`), as people type it, or as a number of seconds."""
        if data is None:
            return None
        try:
            return _kept(_read(data))
        except (ValueError, TypeError, OverflowError) as error:
            raise Refusal("must be a duration, such as {example}", example="1h 30min") from error

    def take(self, value: Any) -> timedelta | None:
        """What an expression gives, to the second."""
        if not isinstance(value, timedelta):
            return self.from_json(value)
        return timedelta(days=value.days, seconds=value.seconds)

    def cell(self, value: timedelta, zone: ZoneInfo | None) -> str:
        return iso_span(value)

    def to_json(self, value: timedelta | None) -> str | None:
        return None if value is None else iso_span(value)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "description": "ISO 8601, such as PT1H30M"}

    def format(self, value: timedelta | None, locale: Locale) -> str:
        return "" if value is None else locale.span(value)

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, timedelta) or abs(value) > LONGEST:
            return [Reason("must be a duration, such as {example}", {"example": "1h 30min"})]
        found = []
        if self.min is not None and value < self.min:
            found.append(Reason("must be at least {min}", {"min": iso_span(self.min)}))
        if self.max is not None and value > self.max:
            found.append(Reason("must be at most {max}", {"max": iso_span(self.max)}))
        return found


def _read(data: Any) -> timedelta:
    if isinstance(data, str) and len(data) <= 200:
        found = read_span(data)
        if found is None:
            raise ValueError(data)
        return found
    if isinstance(data, bool) or not isinstance(data, int):
        raise ValueError(data)
    return timedelta(seconds=data)


def _kept(value: timedelta) -> timedelta:
    if abs(value) > LONGEST:
        raise ValueError(value)
    return value


def _bound(key: str, text: str) -> timedelta:
    found = read_span(text)
    if found is None:
        raise KeyProblem(key, f"“{text}” is not a duration", "Write it as 1h 30min.")
    return found
