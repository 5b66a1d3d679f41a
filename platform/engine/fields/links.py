"""The field kind `links`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from customary.engine.fields.field import Refusal
from customary.engine.fields.linked import INVERSE, NAME, TO, Linked, ManyLinked, identifiers
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Links(ManyLinked, Linked):
    """Any number of records of the entity `to`, each of which may be linked from many others.

    `through` names an entity that links to both sides and may have fields of its own, such as the role a contact
    plays in a deal: its records are then edited like lines, and are what the list holds.
    """

    kind: ClassVar[str] = "links"
    keys: ClassVar[Mapping[str, Any]] = {**TO, **INVERSE, "through": NAME}
    control: ClassVar[str] = "links"
    operators: ClassVar[tuple[str, ...]] = ("has", "empty", "filled")
    points: ClassVar[str] = "many"

    through: str = ""

    def take(self, value: Any) -> tuple[UUID, ...]:
        return identifiers([value] if isinstance(value, UUID | str) else value)

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
