"""The id that every record has. No definition declares it, so it is not among the kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions.types import Record, Type
from customary.engine.fields.field import Field, Part
from customary.engine.fields.linked import identifier
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Identity(Field):
    """A record's own id."""

    kind: ClassVar[str] = "id"
    control: ClassVar[str] = "read_only"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "in")

    @property
    def value_type(self) -> Type:
        return Record(entity=self.entity)

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.Uuid()),)

    def parse(self, text: str, locale: Locale) -> UUID | None:
        return identifier(text) if text.strip() else None

    def from_json(self, data: Any) -> UUID | None:
        return None if data is None else identifier(data)

    def to_json(self, value: UUID | None) -> str | None:
        return None if value is None else str(value)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uuid"}

    def check(self, value: Any) -> list[Reason]:
        return [] if isinstance(value, UUID) else [Reason("must be the id of a record")]
