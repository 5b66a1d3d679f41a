"""The field kind `person_name`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from customary.engine.expressions.types import Type
from customary.engine.fields.composite import Composite
from customary.engine.fields.field import Field
from customary.engine.fields.text import Text
from customary.engine.locale import Locale
from customary.engine.words import Words

TWO_SIGNS = re.compile("欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|歐陽|司馬|諸葛")
"""Family names of two signs."""
PREFIXES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "κ", "κα", "δρ"])
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a person is called, at least one part."""

    prefix: str | None = None
    first: str | None = None
    middle: str | None = None
    last: str | None = None
    suffix: str | None = None

    def __str__(self) -> str:
        """As the person would write it: Chinese names family first and without a blank."""
        if _HAN.fullmatch(f"{self.last or ''}{self.middle or ''}{self.first or ''}"):
            return f"{self.last or ''}{self.middle or ''}{self.first or ''}{self.suffix or ''}"
        return " ".join(filter(None, (self.prefix, self.first, self.middle, self.last, self.suffix)))

    @property
    def ordered(self) -> str:
        """As a telephone book has it."""
        return " ".join(filter(None, (self.last, self.first, self.middle)))


@dataclass(frozen=True, kw_only=True)
class PersonName(Composite):
    """A person's name with the parts `prefix`, `first`, `middle`, `last` and `suffix`, sorted by `last`.

    Its parts are read by path: `name.last`. Chinese names are shown with the family name first and without a blank.
    A name in one text is taken apart: `Ann Lee`, `Lee, Ann`, `李文娟`.
    """

    kind: ClassVar[str] = "person_name"
    type: ClassVar[Type] = Type("person_name")
    icon: ClassVar[str] = "contact-round"
    sort_suffix: ClassVar[str] = "_sort"
    searchable: ClassVar[bool] = True
    naming: ClassVar[bool] = True
    value: ClassVar[type[Any]] = Name
    made_of: ClassVar[Mapping[str, Field]] = MappingProxyType(
        {
            "prefix": Text(name="prefix", label=Words({"en": "Title", "zh": "称谓", "el": "Τίτλος"}), max_length=40),
            "first": Text(name="first", label=Words({"en": "First name", "zh": "名", "el": "Όνομα"}), max_length=100),
            "middle": Text(
                name="middle", label=Words({"en": "Middle name", "zh": "中间名", "el": "Μεσαίο όνομα"}), max_length=100
            ),
            "last": Text(name="last", label=Words({"en": "Last name", "zh": "姓", "el": "Επώνυμο"}), max_length=100),
            "suffix": Text(name="suffix", label=Words({"en": "Suffix", "zh": "后缀", "el": "Επίθημα"}), max_length=40),
        }
    )

    def understood(self, text: str, locale: Locale) -> Name | None:
        found = {part: self.made_of[part].parse(each, locale) for part, each in _apart(text).items()}
        return self._whole(found)


def _apart(text: str) -> dict[str, str]:
    if _HAN.fullmatch(text):
        family = 2 if TWO_SIGNS.match(text) and len(text) > 2 else 1
        return {"last": text[:family], "first": text[family:]}
    last, comma, first = (each.strip() for each in text.partition(","))
    if comma:
        return {"last": last, "first": first}
    words = text.split()
    prefix = words.pop(0) if len(words) > 1 and words[0].rstrip(".").lower() in PREFIXES else ""
    if len(words) == 1:
        return {"prefix": prefix, "last": words[0]}
    return {"prefix": prefix, "first": words[0], "middle": " ".join(words[1:-1]), "last": words[-1]}
