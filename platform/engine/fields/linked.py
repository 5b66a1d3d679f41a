"""What kinds of field that point at records share: ids, and what a link's definition says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import types
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.option import WORDS
from customary.engine.locale import Locale
from customary.engine.words import Reason

if TYPE_CHECKING:
    from customary.engine.expressions import Expression

NAME: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
YES_NO: Mapping[str, Any] = {"type": "boolean", "x-what": "true or false"}
TO: Mapping[str, Any] = {"to": {**NAME, "x-of": "entity"}}
ON_DELETE: Mapping[str, Any] = {"on_delete": {"enum": ["restrict", "clear", "cascade"]}}
OTHER_SIDE: Mapping[str, Any] = {"inverse": NAME, "inverse_label": WORDS}
INVERSE: Mapping[str, Any] = {**OTHER_SIDE, "where": {"type": "string"}}


@dataclass(frozen=True, kw_only=True)
class Linked(Field):
    """A field whose value names a record, or several, of the entity `to`."""

    control: ClassVar[str] = "link"
    operators: ClassVar[tuple[str, ...]] = ("==", "!=", "in", "empty", "filled")
    icon: ClassVar[str] = "arrow-up-right"

    to: str = ""
    inverse: str | None = None
    on_delete: str = "clear"
    """What deleting the other record does here: restrict (refuse), clear (empty the link), cascade (delete too)."""
    where: Expression | None = None
    """Which records may be chosen: a condition over the record that is chosen."""


@dataclass(frozen=True, kw_only=True)
class OneLinked(Linked):
    """A field whose value names one record: its id."""

    points: ClassVar[str] = "one"
    settable: ClassVar[bool] = True

    @cached_property
    def value_type(self) -> types.Type:
        return types.Record(entity=self.to)

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", sa.Uuid()),)

    def parse(self, text: str, locale: Locale) -> UUID | None:
        return identifier(text) if text.strip() else None

    def from_json(self, data: Any) -> UUID | None:
        return None if data is None or data == "" else identifier(data)

    def take(self, value: Any) -> UUID | None:
        return self.from_json(value)

    def to_json(self, value: UUID | None) -> str | None:
        return None if value is None else str(value)

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uuid"}

    def check(self, value: Any) -> list[Reason]:
        return [] if isinstance(value, UUID) else [Reason("must be the id of a record")]


@dataclass(frozen=True, kw_only=True)
class ManyLinked(Field):
    """A field whose value names several records of `to`. It has no column: other tables say which."""

    stored: ClassVar[bool] = False
    several: ClassVar[bool] = True
    comparable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    wide: ClassVar[bool] = True

    to: str = ""

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
        return identifiers(data)

    def to_json(self, value: tuple[UUID, ...] | None) -> list[str]:
        return [str(each) for each in value or ()]


def identifier(data: Any) -> UUID:
    """An id in text or JSON form, or the link's own JSON form `{"id": ..., "title": ...}`. Raises Refusal."""
    if isinstance(data, UUID):
        return data
    if isinstance(data, Mapping):
        data = data.get("id")
        if isinstance(data, UUID):
            return data
    if isinstance(data, str) and len(data) <= 50 and data.isascii():
        try:
            return UUID(data.strip())
        except ValueError:
            pass
    raise Refusal("must be the id of a record")


def identifiers(data: Any) -> tuple[UUID, ...]:
    """A list of ids, each once. Raises Refusal."""
    if data is None:
        return ()
    if not isinstance(data, list | tuple):
        raise Refusal("must be a list of ids")
    return tuple(dict.fromkeys(map(identifier, data)))
