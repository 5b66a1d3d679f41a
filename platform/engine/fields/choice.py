"""The field kind `choice`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from customary.engine.columns import Code
from customary.engine.expressions import types
from customary.engine.fields.field import Part, Refusal
from customary.engine.fields.option import Optional
from customary.engine.locale import Locale
from customary.engine.words import Reason


@dataclass(frozen=True, kw_only=True)
class Choice(Optional):
    """One of the `options`: a list of names, or names with `label`, `colour` (grey, red, green ...) and `was`.

    Options may say more of themselves, which expressions read: with `A: {percent: 30}`, `discount_class.percent` is 30.
    """

    kind: ClassVar[str] = "choice"
    control: ClassVar[str] = "choice"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "in", "empty", "filled")
    computable: ClassVar[bool] = True
    settable: ClassVar[bool] = True
    icon: ClassVar[str] = "circle-dot"

    @cached_property
    def value_type(self) -> types.Type:
        return self.option_type

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", Code(tuple(sorted(codes.items())))),)

    def parse(self, text: str, locale: Locale) -> str | None:
        return self.option(text) if text.strip() else None

    def from_json(self, data: Any) -> str | None:
        return None if data is None or data == "" else self.option(data)

    def take(self, value: Any) -> str | None:
        return self.from_json(value)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(self.options)}

    def format(self, value: str | None, locale: Locale) -> str:
        return "" if value is None else self.label_in(value, locale)

    def edit(self, value: str | None, locale: Locale) -> str:
        return value or ""

    def check(self, value: Any) -> list[Reason]:
        if isinstance(value, str) and value in self.options:
            return []
        try:
            self.option(None)
        except Refusal as refusal:
            return [refusal.reason]
        return []
