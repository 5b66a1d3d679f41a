"""The field kind `text`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.columns import CodePointText
from customary.engine.fields.field import KeyProblem, Part
from customary.engine.fields.normal import normal
from customary.engine.fields.textual import Textual
from customary.engine.pattern import Pattern, PatternError, pattern
from customary.engine.words import Reason

SORTED_LENGTH = 200
"""Longer sort forms would not fit into an index of PostgreSQL; nobody sees the difference."""


@dataclass(frozen=True, kw_only=True)
class Text(Textual):
    """One line of text: a name, a title, a code. The whole text must fit `pattern`, a
    regular expression without back references."""

    kind: ClassVar[str] = "text"
    keys: ClassVar[Mapping[str, Any]] = {
        "max_length": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "pattern": {"type": "string"},
    }
    control: ClassVar[str] = "text"
    sort_suffix: ClassVar[str] = "_sort"
    searchable: ClassVar[bool] = True
    computable: ClassVar[bool] = True
    templated: ClassVar[bool] = True
    naming: ClassVar[bool] = True
    settable: ClassVar[bool] = True

    pattern: Pattern | None = None
    shape: str = ""
    """The pattern as it is written."""

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        keys = dict(keys)
        if "pattern" in keys:
            written = keys["pattern"]
            try:
                keys["pattern"] = pattern(f"^({written})$")
            except PatternError as error:
                raise KeyProblem(
                    "pattern", f"“{written}” is not a pattern", f"Its problem: {error.summary}."
                ) from error
            keys["shape"] = written
        return keys

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return Part("", CodePointText()), Part("_sort", CodePointText())

    def store(self, value: str | None) -> Mapping[str, Any]:
        return {"": value, "_sort": None if value is None else normal(value)[:SORTED_LENGTH]}

    def check(self, value: Any) -> list[Reason]:
        found = super().check(value)
        if not found and self.pattern and not self.pattern.found_in(value):
            found.append(Reason("must look like {pattern}", {"pattern": self.shape}))
        return found

    def json_schema(self) -> Mapping[str, Any]:
        schema = {"type": "string", "maxLength": self.limit}
        return {**schema, "pattern": f"^({self.shape})$"} if self.pattern else schema
