"""The field kind `tags`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.columns import Names
from customary.engine.expressions.types import TEXT, ListOf, Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.textual import clean
from customary.engine.locale import Locale
from customary.engine.words import Reason

LONGEST_TAG = 60
MOST_TAGS = 100


@dataclass(frozen=True, kw_only=True)
class Tags(Field):
    """Free words that mark a record, with commas between them when typed."""

    kind: ClassVar[str] = "tags"
    type: ClassVar[Type] = ListOf(item=TEXT)
    control: ClassVar[str] = "tags"
    operators: ClassVar[tuple[str, ...]] = ("has", "empty", "filled")
    several: ClassVar[bool] = True
    comparable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    templated: ClassVar[bool] = True
    settable: ClassVar[bool] = True
    wide: ClassVar[bool] = True
    icon: ClassVar[str] = "tags"

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", Names()),)

    def load(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        return row[""] or ()

    def parse(self, text: str, locale: Locale) -> tuple[str, ...]:
        return _tags(re.split(r"[,;\n，；、]", text[:100_000]))

    def from_json(self, data: Any) -> tuple[str, ...]:
        if data is None:
            return ()
        if not isinstance(data, list | tuple) or not all(isinstance(each, str) for each in data):
            raise Refusal("must be a list of texts")
        return _tags(data)

    def take(self, value: Any) -> tuple[str, ...]:
        return self.from_json([value] if isinstance(value, str) else value)

    def to_json(self, value: tuple[str, ...] | None) -> list[str]:
        return list(value or ())

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": {"type": "string", "maxLength": LONGEST_TAG}, "maxItems": MOST_TAGS}

    def format(self, value: tuple[str, ...] | None, locale: Locale) -> str:
        return ", ".join(value or ())

    def edit(self, value: tuple[str, ...] | None, locale: Locale) -> str:
        return ", ".join(value or ())

    def check(self, value: Any) -> list[Reason]:
        try:
            self.from_json(value)
        except Refusal as refusal:
            return [refusal.reason]
        return []


def _tags(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in texts:
        word = " ".join(re.sub(r"[,;，；、]", " ", clean(text, limit=LONGEST_TAG)).split())
        if word:
            found.setdefault(word.casefold(), word)
    if len(found) > MOST_TAGS:
        raise Refusal("must be at most {max} tags", max=MOST_TAGS)
    return tuple(found.values())
