"""The field kind `choices`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from customary.engine.columns import Names
from customary.engine.expressions import types
from customary.engine.fields.field import Part, Refusal
from customary.engine.fields.option import Optional
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Choices(Optional):
    """Any number of the `options`, kept in their order."""

    kind: ClassVar[str] = "choices"
    control: ClassVar[str] = "choices"
    grouped: ClassVar[bool] = True
    operators: ClassVar[tuple[str, ...]] = ("has", "empty", "filled")
    several: ClassVar[bool] = True
    comparable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    wide: ClassVar[bool] = True
    icon: ClassVar[str] = "list-checks"

    @cached_property
    def value_type(self) -> types.Type:
        return types.ListOf(item=self.option_type)

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", Names(tuple(sorted(codes.items())))),)

    def load(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        return row[""] or ()

    def parse(self, text: str, locale: Locale) -> tuple[str, ...]:
        return self._ordered(each for each in re.split(r"[,;\n，；、]", text[:100_000]) if each.strip())

    def from_json(self, data: Any) -> tuple[str, ...]:
        if data is None:
            return ()
        if not isinstance(data, list | tuple):
            raise Refusal("must be a list")
        return self._ordered(data)

    def take(self, value: Any) -> tuple[str, ...]:
        return self.from_json([value] if isinstance(value, str) else value)

    def to_json(self, value: tuple[str, ...] | None) -> list[str]:
        return list(value or ())

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": list(self.options)}}

    def format(self, value: tuple[str, ...] | None, locale: Locale) -> str:
        return ", ".join(self.label_in(name, locale) for name in value or ())

    def edit(self, value: tuple[str, ...] | None, locale: Locale) -> str:
        return ", ".join(value or ())

    def check(self, value: Any) -> list[Reason]:
        try:
            self.from_json(value)
        except Refusal as refusal:
            return [refusal.reason]
        return []

    def _ordered(self, data: Iterable[Any]) -> tuple[str, ...]:
        chosen = {self.option(each) for each in data}
        return tuple(name for name in self.options if name in chosen)
