"""What kinds of field share whose value has parts: every part is a field in its own right, with columns of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from customary.engine.columns import CodePointText
from customary.engine.expressions import types
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.normal import normal
from customary.engine.fields.text import SORTED_LENGTH
from customary.engine.locale import Locale
from customary.engine.words import Reason, Words


@dataclass(frozen=True, kw_only=True)
class Composite(Field):
    """A field whose value is a `value` with an attribute for each of `made_of`.

    Its first column holds the value as one line, so that empty, search and titles need no other; a second one
    sorts, where it has an order. Expressions, lists, filters and files name a part by its path: `address.city`.
    """

    control: ClassVar[str] = "composite"
    operators: ClassVar[tuple[str, ...]] = ("empty", "filled")
    comparable: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    grouped: ClassVar[bool] = True
    wide: ClassVar[bool] = True
    value: ClassVar[type[Any]]
    made_of: ClassVar[Mapping[str, Field]]
    """A field for each part, by its name."""

    @cached_property
    def pieces(self) -> Mapping[str, Field]:
        """Its parts by path, as fields of its entity."""
        return MappingProxyType({f"{self.name}.{part}": self._piece(part) for part in self.made_of})

    @cached_property
    def value_type(self) -> types.Type:
        parts = tuple((part, piece.value_type) for part, piece in self.made_of.items())
        return types.Composite(name=self.kind, parts=parts)

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        own = [Part("", CodePointText()), *([Part("_sort", CodePointText())] if self.sort_suffix else [])]
        inner = [(part, each) for part, piece in self.made_of.items() for each in piece.parts({})]
        return (*own, *(Part(f"_{part}{each.suffix}", each.type) for part, each in inner))

    def store(self, value: Any) -> Mapping[str, Any]:
        found: dict[str, Any] = {"": None if value is None else str(value)}
        if self.sort_suffix:
            found["_sort"] = None if value is None else normal(value.ordered)[:SORTED_LENGTH]
        for part, piece in self.made_of.items():
            stored = piece.store(None if value is None else getattr(value, part))
            found |= {f"_{part}{suffix}": each for suffix, each in stored.items()}
        return found

    def load(self, row: Mapping[str, Any]) -> Any:
        if row[""] is None:
            return None
        return self.value(**{part: piece.load({"": row[f"_{part}"]}) for part, piece in self.made_of.items()})

    def parse(self, text: str, locale: Locale) -> Any:
        """One line as people write it, or the parts by name as JSON."""
        if not text.strip():
            return None
        if len(text) > 5_000:
            raise Refusal("must be at most {max} characters long", max=5_000)
        if text.lstrip().startswith("{"):
            return self.from_json(_object(text))
        return self.understood(" ".join(text.split()), locale)

    def understood(self, text: str, locale: Locale) -> Any:
        """What one line means. Raises Refusal."""
        raise NotImplementedError(self.kind)

    def from_json(self, data: Any) -> Any:
        if data is None or isinstance(data, self.value):
            return data
        if not isinstance(data, Mapping) or not set(data) <= set(self.made_of):
            raise Refusal("must have only the parts {parts}", parts=", ".join(self.made_of))
        return self._whole({part: self.made_of[part].from_json(each) for part, each in data.items()})

    def take(self, value: Any) -> Any:
        return self.from_json(value)

    def with_part(self, value: Any, part: str, given: Any) -> Any:
        """A value (or nothing) with another part. Raises Refusal."""
        now = {} if value is None else _parts_of(value)
        return self._whole({**now, part: self.made_of[part].take(given)})

    def to_json(self, value: Any) -> Mapping[str, Any] | None:
        """The parts that are filled in, by name."""
        if value is None:
            return None
        filled = ((part, piece, getattr(value, part)) for part, piece in self.made_of.items())
        return {part: piece.to_json(each) for part, piece, each in filled if each is not None}

    def json_schema(self) -> Mapping[str, Any]:
        parts = {part: {"anyOf": [piece.json_schema(), {"type": "null"}]} for part, piece in self.made_of.items()}
        return {"type": "object", "properties": parts, "additionalProperties": False}

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else str(value)

    def edit(self, value: Any, locale: Locale) -> str:
        return "" if value is None else json.dumps(self.to_json(value), ensure_ascii=False)

    def cell(self, value: Any, zone: ZoneInfo | None) -> str:
        return json.dumps(self.to_json(value), ensure_ascii=False)

    @property
    def inputs(self) -> tuple[str, ...]:  # type: ignore[override]  # a class says it for all its fields alike
        return tuple(self.made_of)

    def texts(self, value: Any, locale: Locale) -> tuple[str, ...]:
        pieces = self.made_of.items()
        return tuple("" if value is None else piece.edit(getattr(value, part), locale) for part, piece in pieces)

    def read(self, texts: Sequence[str], locale: Locale) -> Any:
        pairs = zip(self.made_of.items(), texts, strict=True)
        return self._whole({part: piece.parse(text, locale) for (part, piece), text in pairs})

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, self.value):
            return [Reason("must have only the parts {parts}", {"parts": ", ".join(self.made_of)})]
        filled = ((piece, getattr(value, part)) for part, piece in self.made_of.items())
        return [reason for piece, each in filled if each is not None for reason in piece.check(each)]

    def _whole(self, parts: Mapping[str, Any]) -> Any:
        """A value of these parts; nothing when none is filled in."""
        return self.value(**parts) if any(each is not None for each in parts.values()) else None

    def _piece(self, part: str) -> Field:
        piece = self.made_of[part]
        return replace(
            piece,
            name=f"{self.name}.{part}",
            entity=self.entity,
            label=_beside(self.label, piece.label),
            only=self.only,
            personal=self.personal,
            system=self.system,
        )


def _parts_of(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _beside(whole: Words, part: Words) -> Words:
    """ "Address · City", in every language that either is said in."""
    languages = {*whole.by_language, *part.by_language} - {""} or {""}
    return Words({each: f"{whole.in_language(each)} · {part.in_language(each)}" for each in sorted(languages)})


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal("must be JSON") from error
