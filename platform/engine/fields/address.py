"""The field kind `address`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar

from customary.engine.expressions.types import Type
from customary.engine.fields.choice import Choice
from customary.engine.fields.composite import Composite
from customary.engine.fields.field import Field
from customary.engine.fields.option import Option, with_options
from customary.engine.fields.text import Text
from customary.engine.locale import Locale
from customary.engine.locale.territories import territories
from customary.engine.words import Words

CITY_FIRST = frozenset(["US", "CA", "AU", "NZ", "GB", "IE", "IN", "ZA", "SG", "HK"])
"""Where the postcode stands behind the city."""
LARGEST_FIRST = frozenset(["CN", "TW", "JP", "KR"])
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address: what is known of it, at least one part."""

    street: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None

    def __str__(self) -> str:
        return ", ".join(_lines(self, self.country or ""))

    @property
    def ordered(self) -> str:
        """What it is sorted by: country, city, street."""
        return " ".join(filter(None, (self.country, self.region, self.city, self.street)))


@cache
def _countries() -> Mapping[str, Any]:
    return with_options(
        MappingProxyType({code: Option(name=code, label=Words(names)) for code, names in territories().items()})
    )


@dataclass(frozen=True, kw_only=True)
class Address(Composite):
    """A postal address with the parts `street`, `city`, `region`, `postcode` and `country` (two letters of ISO 3166).

    Its parts are read by path: `address.city == "Athens"`. It is shown in the order of its country, with the country's
    name in the reader's language. A text alone is taken for the street.
    """

    kind: ClassVar[str] = "address"
    type: ClassVar[Type] = Type("address")
    icon: ClassVar[str] = "house"
    sort_suffix: ClassVar[str] = "_sort"
    searchable: ClassVar[bool] = True
    value: ClassVar[type[Any]] = Place
    made_of: ClassVar[Mapping[str, Field]] = MappingProxyType(
        {
            "street": Text(name="street", label=Words({"en": "Street", "zh": "街道", "el": "Οδός"})),
            "city": Text(name="city", label=Words({"en": "City", "zh": "城市", "el": "Πόλη"})),
            "region": Text(name="region", label=Words({"en": "Region", "zh": "省/地区", "el": "Περιφέρεια"})),
            "postcode": Text(
                name="postcode", label=Words({"en": "Postcode", "zh": "邮编", "el": "Τ.Κ."}), max_length=20
            ),
            "country": Choice(
                name="country", label=Words({"en": "Country", "zh": "国家/地区", "el": "Χώρα"}), **_countries()
            ),
        }
    )

    def understood(self, text: str, locale: Locale) -> Place:
        return Place(street=self.made_of["street"].parse(text, locale))

    def format(self, value: Place | None, locale: Locale) -> str:
        if value is None:
            return ""
        country = self.made_of["country"].format(value.country, locale)
        if value.country in LARGEST_FIRST and _IDEOGRAPHS.search(str(value)):
            parts = (country, value.region, value.city, value.street)
            return " ".join(filter(None, ("".join(filter(None, parts)), value.postcode)))
        return ", ".join(_lines(value, country))


def _lines(value: Place, country: str) -> Iterable[str]:
    """The filled lines of an address, the smallest first."""
    if value.country in CITY_FIRST:
        town = ", ".join(filter(None, (value.city, " ".join(filter(None, (value.region, value.postcode))))))
        lines = (value.street, town, country)
    else:
        lines = (value.street, " ".join(filter(None, (value.postcode, value.city))), value.region, country)
    return [line for line in lines if line]
