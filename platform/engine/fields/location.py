"""The field kind `location`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar

from customary.engine.expressions.types import Type
from customary.engine.fields.composite import Composite
from customary.engine.fields.decimal import DecimalNumber
from customary.engine.fields.field import Field, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Reason, Words

SCALE = 6
"""Decimals of a degree that are kept: a tenth of a metre."""
_PAIR = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,12})?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d{1,12})?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point on earth."""

    latitude: Decimal | None = None
    longitude: Decimal | None = None

    def __str__(self) -> str:
        return ", ".join(f"{each.normalize():f}" for each in (self.latitude, self.longitude) if each is not None)


@dataclass(frozen=True, kw_only=True)
class Location(Composite):
    """A point on earth with the parts `latitude` and `longitude` in degrees, typed as `37.98381, 23.72754`.

    It is shown with a link to the map that `map` in customary.yaml names; the page itself asks no map for anything.
    """

    kind: ClassVar[str] = "location"
    type: ClassVar[Type] = Type("location")
    icon: ClassVar[str] = "map-pin"
    sortable: ClassVar[bool] = False
    wide: ClassVar[bool] = False
    value: ClassVar[type[Any]] = Point
    made_of: ClassVar[Mapping[str, Field]] = MappingProxyType(
        {
            "latitude": DecimalNumber(
                name="latitude",
                label=Words({"en": "Latitude", "zh": "纬度", "el": "Γεωγραφικό πλάτος"}),
                scale=SCALE,
                min=Decimal(-90),
                max=Decimal(90),
            ),
            "longitude": DecimalNumber(
                name="longitude",
                label=Words({"en": "Longitude", "zh": "经度", "el": "Γεωγραφικό μήκος"}),
                scale=SCALE,
                min=Decimal(-180),
                max=Decimal(180),
            ),
        }
    )

    map: str = ""

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        return {**keys, "map": workspace.get("map", "")}

    def understood(self, text: str, locale: Locale) -> Point:
        found = _PAIR.fullmatch(text)
        if not found:
            raise Refusal("must be latitude and longitude, such as {example}", example="37.98381, 23.72754")
        return self.from_json({"latitude": _degrees(found[1]), "longitude": _degrees(found[2])})

    def from_json(self, data: Any) -> Point | None:
        if isinstance(data, Mapping):
            data = {part: _degrees(each) if part in self.made_of else each for part, each in data.items()}
        return super().from_json(data)

    def check(self, value: Any) -> list[Reason]:
        found = super().check(value)
        if not found and (value.latitude is None or value.longitude is None):
            reason = "must be latitude and longitude, such as {example}"
            found.append(Reason(reason, {"example": "37.98381, 23.72754"}))
        return found

    def address(self, value: Point) -> str:
        """Where a map shows it; "" where the workspace has none."""
        if not self.map or value.latitude is None or value.longitude is None:
            return ""
        return self.map.replace("{latitude}", f"{value.latitude:f}").replace("{longitude}", f"{value.longitude:f}")


def _degrees(data: Any) -> Any:
    """A phone says more decimals than mean anything: they are rounded."""
    if isinstance(data, str) and re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,20})?", data.strip()):
        return round(Decimal(data.strip()), SCALE)
    if isinstance(data, float) and abs(data) <= 180:
        return round(Decimal(repr(data)), SCALE)
    return data
