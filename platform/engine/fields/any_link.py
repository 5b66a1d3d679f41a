"""The field kind `any_link`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Code
from customary.engine.expressions import types
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.linked import NAME, OTHER_SIDE, identifier
from customary.engine.locale import Locale
from customary.engine.words import Reason


class AnyLink(NamedTuple):
    """A record of some entity."""

    entity: str
    id: UUID


@dataclass(frozen=True, kw_only=True)
class AnyLinkField(Field):
    """A record of any of the entities listed in `to` (of any entity at all where it is left out)."""

    kind: ClassVar[str] = "any_link"
    type: ClassVar[types.Type] = types.Record()
    keys: ClassVar[Mapping[str, Any]] = {
        "to": {"type": "array", "items": NAME, "minItems": 1, "x-of": "entity"},
        **OTHER_SIDE,
    }
    control: ClassVar[str] = "any_link"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "empty", "filled")
    points: ClassVar[str] = "any"
    sortable: ClassVar[bool] = False
    icon: ClassVar[str] = "arrow-up-right"

    to: tuple[str, ...] = ()
    inverse: str | None = None

    @property
    def value_type(self) -> types.Type:
        return types.Record(among=self.to)

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        """Here `codes` are those of entities."""
        return Part("", sa.Uuid()), Part("_entity", Code(tuple(sorted(codes.items()))))

    def store(self, value: AnyLink | None) -> Mapping[str, Any]:
        return {"": value.id if value else None, "_entity": value.entity if value else None}

    def load(self, row: Mapping[str, Any]) -> AnyLink | None:
        return AnyLink(row["_entity"], row[""]) if row[""] and row["_entity"] else None

    def parse(self, text: str, locale: Locale) -> AnyLink | None:
        """As `entity:id`."""
        if not text.strip():
            return None
        entity, _, id_text = text.strip().partition(":")
        return self._link(entity, id_text)

    def from_json(self, data: Any) -> AnyLink | None:
        if data is None or data == "":
            return None
        if isinstance(data, AnyLink):
            return self._link(data.entity, data.id)
        if isinstance(data, Mapping):
            return self._link(data.get("entity"), data.get("id"))
        if isinstance(data, str):
            entity, _, id_text = data.partition(":")
            return self._link(entity, id_text)
        raise Refusal("must be a record with its entity")

    def take(self, value: Any) -> AnyLink | None:
        return self.from_json(value)

    def to_json(self, value: AnyLink | None) -> Mapping[str, str] | None:
        return None if value is None else {"entity": value.entity, "id": str(value.id)}

    def json_schema(self) -> Mapping[str, Any]:
        entity = {"type": "string", "enum": list(self.to)} if self.to else {"type": "string"}
        return {
            "type": "object",
            "properties": {"entity": entity, "id": {"type": "string", "format": "uuid"}},
            "required": ["entity", "id"],
        }

    def format(self, value: AnyLink | None, locale: Locale) -> str:
        return "" if value is None else f"{value.entity}:{value.id}"

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, AnyLink) or not isinstance(value.id, UUID):
            return [Reason("must be a record with its entity")]
        return [] if not self.to or value.entity in self.to else [Reason("must be a record of a listed entity")]

    def _link(self, entity: Any, id_data: Any) -> AnyLink:
        if not isinstance(entity, str) or not entity.replace("_", "a").isalnum() or not entity.isascii():
            raise Refusal("must be a record with its entity")
        if self.to and entity not in self.to:
            raise Refusal("must be a record of a listed entity")
        return AnyLink(entity, identifier(id_data))
