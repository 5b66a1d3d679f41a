"""The field kind `links`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from customary.engine.expressions import types
from customary.engine.fields.field import Part, Refusal
from customary.engine.fields.linked import INVERSE, TO, Linked, identifier, identifiers
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Links(Linked):
    """Any number of records of the entity `to`, each of which may be linked from many others."""

    kind: ClassVar[str] = "links"
    keys: ClassVar[Mapping[str, Any]] = {**TO, **INVERSE}
    control: ClassVar[str] = "links"
    operators: ClassVar[tuple[str, ...]] = ("has", "empty", "filled")
    stored: ClassVar[bool] = False

    @cached_property
    def value_type(self) -> types.Type:
        return types.ListOf(item=types.Record(entity=self.to))

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return ()

    def store(self, value: Any) -> Mapping[str, Any]:
        return {}

    def load(self, row: Mapping[str, Any]) -> tuple[UUID, ...]:
        return ()

    def parse(self, text: str, locale: Locale) -> tuple[UUID, ...]:
        return tuple(dict.fromkeys(identifier(each) for each in re.split(r"[\s,;]+", text[:100_000].strip()) if each))

    def from_json(self, data: Any) -> tuple[UUID, ...]:
        return identifiers(data)

    def take(self, value: Any) -> tuple[UUID, ...]:
        return identifiers([value] if isinstance(value, UUID | str) else value)

    def to_json(self, value: tuple[UUID, ...] | None) -> list[str]:
        return [str(each) for each in value or ()]

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": {"type": "string", "format": "uuid"}}

    def format(self, value: tuple[UUID, ...] | None, locale: Locale) -> str:
        return ", ".join(map(str, value or ()))

    def check(self, value: Any) -> list[Reason]:
        try:
            identifiers(value)
        except Refusal as refusal:
            return [refusal.reason]
        return []
