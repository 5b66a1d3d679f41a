"""The field kind `color`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.field import Refusal
from customary.engine.fields.textual import Textual
from customary.engine.words import Reason

_SHORT = re.compile(r"#?([0-9a-fA-F]{3})")
_LONG = re.compile(r"#?([0-9a-fA-F]{6})")
_KEPT = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, kw_only=True)
class Color(Textual):
    """A colour as `#rrggbb`, chosen or typed, and shown with a swatch."""

    kind: ClassVar[str] = "color"
    control: ClassVar[str] = "color"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "in", "empty", "filled")
    settable: ClassVar[bool] = True
    icon: ClassVar[str] = "palette"
    longest: ClassVar[int] = 7

    def tidy(self, text: str) -> str:
        if found := _SHORT.fullmatch(text):
            return "#" + "".join(letter * 2 for letter in found[1]).lower()
        if found := _LONG.fullmatch(text):
            return f"#{found[1].lower()}"
        raise Refusal("must be a colour, such as {example}", example="#3366ff")

    def check(self, value: Any) -> list[Reason]:
        fits = isinstance(value, str) and _KEPT.fullmatch(value)
        return [] if fits else [Reason("must be a colour, such as {example}", {"example": "#3366ff"})]

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^#[0-9a-f]{6}$"}
