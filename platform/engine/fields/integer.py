"""The field kind `integer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa

from customary.engine.fields.field import Part
from customary.engine.fields.numeric import BOUNDS, LARGEST, Numeric, out_of_bounds
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Integer(Numeric):
    """A whole number: a count, a score."""

    kind: ClassVar[str] = "integer"
    keys: ClassVar[Mapping[str, Any]] = BOUNDS
    control: ClassVar[str] = "integer"
    settable: ClassVar[bool] = True

    scale: int = 0

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.BigInteger()),)

    def parse(self, text: str, locale: Locale) -> int | None:
        value = super().parse(text, locale)
        return None if value is None else int(value)

    def from_json(self, data: Any) -> int | None:
        value = super().from_json(data)
        return None if value is None else int(value)

    def take(self, value: Any) -> int | None:
        if type(value) is int and -LARGEST <= value <= LARGEST:
            return value
        value = super().take(value)
        return None if value is None else int(value)

    def check(self, value: Any) -> list[Reason]:
        if type(value) is int and -LARGEST <= value <= LARGEST:
            return out_of_bounds(value, self.min, self.max)
        return super().check(value)

    def to_json(self, value: int | None) -> int | None:
        return value

    def json_schema(self) -> Mapping[str, Any]:
        return {
            "type": "integer",
            "minimum": -(2**63) + 1 if self.min is None else int(self.min),
            "maximum": 2**63 - 1 if self.max is None else int(self.max),
        }
