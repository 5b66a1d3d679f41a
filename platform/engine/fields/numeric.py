"""What kinds of field that hold a number share: bounds, exactness, and the range of both databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from customary.engine.columns import Scaled
from customary.engine.expressions.types import NUMBER, Type
from customary.engine.fields.field import Field, KeyProblem, Part, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Reason

LARGEST = 2**63 - 1
WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
UNITS = tuple(Decimal(1).scaleb(-scale) for scale in range(11))
LIMITS = tuple(Decimal(LARGEST).scaleb(-scale) for scale in range(11))
"""The largest number that 64 bits keep, by scale."""

BOUNDS: Mapping[str, Any] = {"min": {"type": "number"}, "max": {"type": "number"}}
SCALE: Mapping[str, Any] = {"scale": {"type": "integer", "minimum": 0, "maximum": 10}}


@dataclass(frozen=True, kw_only=True)
class Numeric(Field):
    """A field whose value is an exact number with at most `scale` decimals."""

    type: ClassVar[Type] = NUMBER
    keys: ClassVar[Mapping[str, Any]] = {**BOUNDS, **SCALE}
    control: ClassVar[str] = "number"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "<", "<=", ">", ">=", "between", "in", "empty", "filled")
    computable: ClassVar[bool] = True
    summable: ClassVar[bool] = True
    ranged: ClassVar[bool] = True
    at_right: ClassVar[bool] = True
    icon: ClassVar[str] = "hash"

    min: Decimal | None = None
    max: Decimal | None = None
    scale: int = 4

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {**keys, **bounds(keys)}

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", Scaled(self.scale)),)

    def parse(self, text: str, locale: Locale) -> Decimal | None:
        if not text.strip():
            return None
        try:
            return exact(locale.parse_number(text), self.scale)
        except ValueError as error:
            raise error if isinstance(error, Refusal) else Refusal("must be a number") from error

    def from_json(self, data: Any) -> Decimal | None:
        return None if data is None else exact(number(data), self.scale)

    def from_cell(self, cell: Any, locale: Locale, today: date) -> Any:
        known = isinstance(cell, int | Decimal) and not isinstance(cell, bool)
        return self.from_json(cell) if known else super().from_cell(cell, locale, today)

    def cell(self, value: Any, zone: ZoneInfo | None) -> Any:
        return value

    def take(self, value: Any) -> Decimal | None:
        return None if value is None else rounded(number(value), self.scale)

    def to_json(self, value: Decimal | None) -> str | None:
        return None if value is None else f"{value:f}"

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": ["string", "number"], "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}

    def format(self, value: Decimal | None, locale: Locale) -> str:
        return "" if value is None else locale.number(value)

    def edit(self, value: Decimal | None, locale: Locale) -> str:
        return "" if value is None else locale.number(value)

    def check(self, value: Any) -> list[Reason]:
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return [Reason("must be a number")]
        try:
            exact(Decimal(value), self.scale)
        except Refusal as refusal:
            return [refusal.reason]
        return out_of_bounds(Decimal(value), self.min, self.max)


def bounds(keys: Mapping[str, Any]) -> dict[str, Decimal]:
    """The keys `min` and `max` as exact numbers."""
    found = {key: Decimal(str(keys[key])) for key in ("min", "max") if keys.get(key) is not None}
    if len(found) == 2 and found["min"] > found["max"]:
        raise KeyProblem("min", "min is greater than max", "Exchange them.")
    return found


def number(data: Any) -> Decimal:
    """A JSON number, or a text of digits with a point, as an exact number."""
    if isinstance(data, Decimal):
        found = data
    elif isinstance(data, bool) or not isinstance(data, int | float | str):
        raise Refusal("must be a number")
    else:
        found = _read(data)
    if not found.is_finite():
        raise Refusal("must be a number")
    return found


def _read(data: float | str) -> Decimal:
    try:
        if isinstance(data, str):
            if len(data) > 60 or not data.isascii() or "_" in data:
                raise Refusal("must be a number")
            return Decimal(data.strip())
        return Decimal(repr(data)) if isinstance(data, float) else Decimal(data)
    except (InvalidOperation, ValueError) as error:
        raise Refusal("must be a number") from error


def rounded(value: Decimal, scale: int) -> Decimal:
    """A number rounded half-even to `scale` decimals. Raises Refusal when 64 bits cannot keep it."""
    if not value.is_finite():
        raise Refusal("must be a number")
    if value.adjusted() > 20:
        raise Refusal("is too large a number")
    found = WIDE.quantize(value, UNITS[scale])
    if not -LIMITS[scale] <= found <= LIMITS[scale]:
        raise Refusal("is too large a number")
    return found if found else abs(found)


def exact(value: Decimal, scale: int) -> Decimal:
    """A number with exactly `scale` decimals, when it has no more. Raises Refusal."""
    found = rounded(value, scale)
    if found != value:
        raise Refusal("must have at most {scale} decimals", scale=scale) if scale else Refusal("must be whole")
    return found


def out_of_bounds(value: Decimal | int, least: Decimal | None, most: Decimal | None) -> list[Reason]:
    found = []
    if least is not None and value < least:
        found.append(Reason("must be at least {min}", {"min": least}))
    if most is not None and value > most:
        found.append(Reason("must be at most {max}", {"max": most}))
    return found
