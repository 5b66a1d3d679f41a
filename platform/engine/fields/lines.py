"""The field kind `lines`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from customary.engine.fields.field import KeyProblem
from customary.engine.fields.linked import ManyLinked
from customary.engine.locale import Locale
from customary.engine.words import Reason

OF: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$",
    "x-example": "the child entity and its link to this one, such as order_line.order",
}


@dataclass(frozen=True, kw_only=True)
class Lines(ManyLinked):
    """Child records that live inside this one: edited on its form, deleted with it, locked with it.

    `of` names the child entity and its link field, such as `order_line.order`.
    """

    kind: ClassVar[str] = "lines"
    keys: ClassVar[Mapping[str, Any]] = {"of": OF}
    control: ClassVar[str] = "lines"
    grouped: ClassVar[bool] = True
    operators: ClassVar[tuple[str, ...]] = ("empty", "filled")
    points: ClassVar[str] = "inside"
    tabular: ClassVar[bool] = False

    of: str = ""
    through: str = ""
    """The child's link field."""

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        if not keys.get("of"):
            raise KeyProblem("of", "does not say what its lines are", "For example of: order_line.order.")
        child, _, link = keys["of"].partition(".")
        return {**keys, "to": child, "through": link}

    def take(self, value: Any) -> Any:
        return value

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": {"type": "object"}}

    def format(self, value: tuple[UUID, ...] | None, locale: Locale) -> str:
        return locale.number(len(value)) if value else ""

    def edit(self, value: tuple[UUID, ...] | None, locale: Locale) -> str:
        return ", ".join(map(str, value or ()))

    def check(self, value: Any) -> list[Reason]:
        return [] if isinstance(value, list | tuple) else [Reason("must be a list of lines")]
