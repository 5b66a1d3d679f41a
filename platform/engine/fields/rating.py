"""The field kind `rating`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa

from customary.engine.expressions.types import NUMBER, Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.numeric import Numeric, number
from customary.engine.locale import Locale
from customary.engine.words import Reason

_OF = re.compile(r"(\d{1,2})\s*/\s*\d{1,2}")


@dataclass(frozen=True, kw_only=True)
class Rating(Field):
    """A number of stars, from one to `max` (5 unless given); none is no rating."""

    kind: ClassVar[str] = "rating"
    type: ClassVar[Type] = NUMBER
    keys: ClassVar[Mapping[str, Any]] = {"max": {"type": "integer", "minimum": 2, "maximum": 10}}
    control: ClassVar[str] = "rating"
    grouped: ClassVar[bool] = True
    operators: ClassVar[tuple[str, ...]] = Numeric.operators
    computable: ClassVar[bool] = True
    ranged: ClassVar[bool] = True
    settable: ClassVar[bool] = True
    icon: ClassVar[str] = "star"

    max: int = 5

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.BigInteger()),)

    def parse(self, text: str, locale: Locale) -> int | None:
        """`4`, `4/5`, or as many stars."""
        text = text.strip()
        if not text:
            return None
        if set(text) <= {"★", "☆"}:
            return self._stars(text.count("★"))
        found = _OF.fullmatch(text)
        try:
            return self.from_json(int(found[1]) if found else locale.parse_number(text))
        except ValueError as error:
            raise self._refusal() from error

    def from_json(self, data: Any) -> int | None:
        if data is None:
            return None
        found = number(data)
        if abs(found) > 10 or found != int(found):
            raise self._refusal()
        return self._stars(int(found))

    def take(self, value: Any) -> int | None:
        """What a formula reckons is rounded to whole stars."""
        if value is None or isinstance(value, str):
            return self.from_json(value)
        found = number(value)
        return self._stars(int(round(found))) if abs(found) <= 10 else self._stars(0)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": self.max}

    def format(self, value: int | None, locale: Locale) -> str:
        return "" if value is None else f"{value} / {self.max}"

    def edit(self, value: int | None, locale: Locale) -> str:
        return "" if value is None else str(value)

    def check(self, value: Any) -> list[Reason]:
        fits = type(value) is int and 1 <= value <= self.max
        return [] if fits else [self._refusal().reason]

    def _stars(self, count: int) -> int:
        if not 1 <= count <= self.max:
            raise self._refusal()
        return count

    def _refusal(self) -> Refusal:
        return Refusal("must be one to {max} stars", max=self.max)
