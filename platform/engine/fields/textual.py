"""What kinds of field that hold text share: what may stand in a text, and how long it may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.columns import CodePointText
from customary.engine.expressions.types import TEXT, Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Reason

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACES = re.compile("[\t\n]+")


@dataclass(frozen=True, kw_only=True)
class Textual(Field):
    """A field whose value is a text."""

    type: ClassVar[Type] = TEXT
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "contains", "starts_with", "in", "empty", "filled")
    lines_allowed: ClassVar[bool] = False
    longest: ClassVar[int] = 500

    max_length: int | None = None

    @property
    def limit(self) -> int:
        """The most characters a value may have."""
        return self.max_length or self.longest

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", CodePointText()),)

    def parse(self, text: str, locale: Locale) -> str | None:
        return self.from_json(text)

    def from_json(self, data: Any) -> str | None:
        if data is None:
            return None
        if not isinstance(data, str):
            raise Refusal("must be a text")
        text = clean(data, lines=self.lines_allowed, limit=self.limit)
        return self.tidy(text) if text else None

    def take(self, value: Any) -> str | None:
        return self.from_json(value)

    def tidy(self, text: str) -> str:
        """A clean text in the form the kind keeps. Raises Refusal."""
        return text

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": self.limit}

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, str):
            return [Reason("must be a text")]
        found = []
        if FORBIDDEN.search(value):
            found.append(Reason("must not contain control characters"))
        if len(value) > self.limit:
            found.append(Reason("must be at most {max} characters long", {"max": self.limit}))
        return found


def clean(text: str, *, lines: bool = False, limit: int | None = None) -> str:
    """A text as it is kept: composed, trimmed, with plain line breaks (or none). Raises Refusal.

    What a database cannot keep (NUL, half characters) and what nobody can see is refused, not dropped.
    """
    if limit is not None and len(text) > 4 * limit + 1000:
        raise Refusal("must be at most {max} characters long", max=limit)
    if FORBIDDEN.search(text):
        raise Refusal("must not contain control characters")
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text)).strip()
    if not lines:
        text = _SPACES.sub(" ", text)
    if limit is not None and len(text) > limit:
        raise Refusal("must be at most {max} characters long", max=limit)
    return text
