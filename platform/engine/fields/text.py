"""The field kind `text`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.database import CodePointText
from customary.engine.fields.field import KeyProblem, Part
from customary.engine.fields.normal import normal
from customary.engine.fields.textual import Textual
from customary.engine.words import Reason

SORTED_LENGTH = 200
"""Longer sort forms would not fit into an index of PostgreSQL; nobody sees the difference."""


@dataclass(frozen=True, kw_only=True)
class Text(Textual):
    """One line of text: a name, a title, a code. `pattern` is a regular expression that the whole text must match."""

    kind: ClassVar[str] = "text"
    keys: ClassVar[Mapping[str, Any]] = {
        "max_length": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "pattern": {"type": "string"},
    }
    control: ClassVar[str] = "text"
    sort_suffix: ClassVar[str] = "_sort"

    pattern: re.Pattern[str] | None = None

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        keys = dict(keys)
        if "pattern" in keys:
            try:
                keys["pattern"] = re.compile(keys["pattern"])
            except (re.error, OverflowError, RecursionError) as error:
                raise KeyProblem("pattern", f"“{keys['pattern']}” is not a pattern", f"{error}.") from error
        return keys

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return Part("", CodePointText()), Part("_sort", CodePointText())

    def store(self, value: str | None) -> Mapping[str, Any]:
        return {"": value, "_sort": None if value is None else normal(value)[:SORTED_LENGTH]}

    def check(self, value: Any) -> list[Reason]:
        found = super().check(value)
        if not found and self.pattern and not self.pattern.fullmatch(value):
            found.append(Reason("must look like {pattern}", {"pattern": self.pattern.pattern}))
        return found

    def json_schema(self) -> Mapping[str, Any]:
        schema = {"type": "string", "maxLength": self.limit}
        return {**schema, "pattern": f"^(?:{self.pattern.pattern})$"} if self.pattern else schema
