"""The field kind `link`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import types
from customary.engine.fields.field import Part
from customary.engine.fields.linked import INVERSE, ON_DELETE, TO, Linked, identifier
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Link(Linked):
    """A record of the entity `to`. `inverse` names the list of records on the other side.

    `on_delete` says what deleting the other record does: restrict, clear (the usual) or cascade.
    """

    kind: ClassVar[str] = "link"
    keys: ClassVar[Mapping[str, Any]] = {**TO, **INVERSE, **ON_DELETE}

    @cached_property
    def value_type(self) -> types.Type:
        return types.Record(entity=self.to)

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.Uuid()),)

    def parse(self, text: str, locale: Locale) -> UUID | None:
        return identifier(text) if text.strip() else None

    def from_json(self, data: Any) -> UUID | None:
        return None if data is None or data == "" else identifier(data)

    def take(self, value: Any) -> UUID | None:
        return self.from_json(value)

    def to_json(self, value: UUID | None) -> str | None:
        return None if value is None else str(value)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uuid"}

    def check(self, value: Any) -> list[Reason]:
        return [] if isinstance(value, UUID) else [Reason("must be the id of a record")]
