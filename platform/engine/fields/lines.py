"""The field kind `lines`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from customary.engine.expressions import types
from customary.engine.fields.field import Field, KeyProblem, Part
from customary.engine.fields.linked import identifier, identifiers
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Lines(Field):
    """Child records that live inside this one: edited on its form, deleted with it, locked with it.

    `of` names the child entity and its link field, such as `order_line.order`.
    """

    kind: ClassVar[str] = "lines"
    keys: ClassVar[Mapping[str, Any]] = {"of": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"}}
    control: ClassVar[str] = "lines"
    operators: ClassVar[tuple[str, ...]] = ("empty", "filled")
    stored: ClassVar[bool] = False

    of: str = ""
    to: str = ""
    """The child entity."""
    through: str = ""
    """The child's link field."""

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        if not keys.get("of"):
            raise KeyProblem("of", "does not say what its lines are", "For example of: order_line.order.")
        child, _, link = keys["of"].partition(".")
        return {**keys, "to": child, "through": link}

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
        """Ids; the fields of the children themselves are read by the writer, child by child."""
        return identifiers(data)

    def take(self, value: Any) -> Any:
        return value

    def to_json(self, value: tuple[UUID, ...] | None) -> list[str]:
        return [str(each) for each in value or ()]

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": {"type": "object"}}

    def format(self, value: tuple[UUID, ...] | None, locale: Locale) -> str:
        return locale.number(len(value)) if value else ""

    def edit(self, value: tuple[UUID, ...] | None, locale: Locale) -> str:
        return ", ".join(map(str, value or ()))

    def check(self, value: Any) -> list[Reason]:
        return [] if isinstance(value, list | tuple) else [Reason("must be a list of lines")]
