"""The field kind `long_text`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.fields.textual import Textual


@dataclass(frozen=True, kw_only=True)
class LongText(Textual):
    """Text of many lines: a description, a note."""

    kind: ClassVar[str] = "long_text"
    keys: ClassVar[Mapping[str, Any]] = {"max_length": {"type": "integer", "minimum": 1, "maximum": 1_000_000}}
    control: ClassVar[str] = "long_text"
    operators: ClassVar[tuple[str, ...]] = ("contains", "starts_with", "empty", "filled")
    lines_allowed: ClassVar[bool] = True
    longest: ClassVar[int] = 100_000
    searchable: ClassVar[bool] = True
    computable: ClassVar[bool] = True
    templated: ClassVar[bool] = True
    comparable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    wide: ClassVar[bool] = True
    icon: ClassVar[str] = "text-align-start"
