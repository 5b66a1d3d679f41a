"""The field kind `file`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from customary.engine.expressions.types import Type
from customary.engine.fields.composite import Composite
from customary.engine.fields.field import Field, Refusal
from customary.engine.fields.identity import Identity
from customary.engine.fields.integer import Integer
from customary.engine.fields.linked import identifier
from customary.engine.fields.text import Text
from customary.engine.locale import Locale
from customary.engine.words import Reason, Words

MEGABYTE = 1_000_000
MEDIA: Mapping[str, Any] = {"type": "string", "pattern": r"^[a-z]+/[a-z0-9.+*-]+$"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file of a record. Only its id tells it from others: the rest is what the platform knows of it."""

    id: UUID
    name: str | None = field(default=None, compare=False)
    type: str | None = field(default=None, compare=False)
    size: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.name or str(self.id)

    @property
    def ordered(self) -> str:
        return str(self)


@dataclass(frozen=True, kw_only=True)
class File(Composite):
    """A file, with the parts `name`, `size` in bytes, and `type` (its media type, found out by its content).

    `max_megabytes` says how large it may be (25 unless given, 50 at most), `types` which it may be, such as
    `[application/pdf, image/*]`. Programs send it to `/api/files` first, or with the record as
    `{"name": ..., "content": <base64>}`.
    """

    kind: ClassVar[str] = "file"
    type: ClassVar[Type] = Type("file")
    keys: ClassVar[Mapping[str, Any]] = {
        "max_megabytes": {"type": "integer", "minimum": 1, "maximum": 50},
        "types": {"type": "array", "items": MEDIA, "minItems": 1},
    }
    control: ClassVar[str] = "file"
    icon: ClassVar[str] = "file"
    sort_suffix: ClassVar[str] = "_sort"
    searchable: ClassVar[bool] = True
    attaches: ClassVar[bool] = True
    copied: ClassVar[bool] = False
    importable: ClassVar[bool] = False
    wide: ClassVar[bool] = False
    grouped: ClassVar[bool] = False
    inputs: ClassVar[tuple[str, ...]] = ("", "new", "remove")  # type: ignore[assignment]
    value: ClassVar[type[Any]] = Attached
    made_of: ClassVar[Mapping[str, Field]] = MappingProxyType(
        {
            "id": Identity(name="id"),
            "name": Text(name="name", label=Words({"en": "File name", "zh": "文件名", "el": "Όνομα αρχείου"})),
            "type": Text(name="type", label=Words({"en": "File type", "zh": "文件类型", "el": "Τύπος αρχείου"})),
            "size": Integer(name="size", label=Words({"en": "Bytes", "zh": "字节数", "el": "Bytes"})),
        }
    )

    max_megabytes: int = 25
    types: tuple[str, ...] = ()

    def parse(self, text: str, locale: Locale) -> Attached | None:
        return self.from_json(text.strip() or None)

    def from_json(self, data: Any) -> Attached | None:
        return None if data is None or data == "" else attached(data)

    def with_part(self, value: Any, part: str, given: Any) -> Any:
        raise Refusal("must be sent as a whole")

    def to_json(self, value: Attached | None) -> Mapping[str, Any] | None:
        if value is None:
            return None
        return {"id": str(value.id), "name": value.name, "type": value.type, "size": value.size}

    def json_schema(self) -> Mapping[str, Any]:
        return SCHEMA

    def edit(self, value: Attached | None, locale: Locale) -> str:
        return "" if value is None else reference(value)

    def cell(self, value: Attached, zone: Any) -> str:
        return str(value)

    def texts(self, value: Attached | None, locale: Locale) -> tuple[str, ...]:
        return (self.edit(value, locale), "", "")

    def read(self, texts: Sequence[str], locale: Locale) -> Attached | None:
        """What was sent anew, else what was there, unless it is to be removed."""
        now, new, remove = texts
        return self.parse(new or ("" if remove else now), locale)

    def check(self, value: Any) -> list[Reason]:
        return wrong_with(self, value)


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": ["string", "null"]},
        "type": {"type": ["string", "null"]},
        "size": {"type": ["integer", "null"]},
        "content": {"type": "string", "contentEncoding": "base64", "writeOnly": True},
    },
}


def reference(value: Attached) -> str:
    """A file as it stands in a form: its id, and its name for whoever reads it."""
    return f"{value.id}/{value.name or ''}"


def attached(data: Any) -> Attached:
    """A file by its id, as text (`id/name`) or in its JSON form. Raises Refusal."""
    if isinstance(data, Attached):
        return data
    name = None
    if isinstance(data, str):
        data, _, name = data.partition("/")
    elif isinstance(data, Mapping) and isinstance(data.get("name"), str):
        name = data["name"]
    try:
        return Attached(id=identifier(data), name=name or None)
    except Refusal as refusal:
        raise Refusal("must be a file that was sent") from refusal


def wrong_with(declared: Any, value: Any) -> list[Reason]:
    """What is wrong with a file of a field that says `max_megabytes` and `types`."""
    if not isinstance(value, Attached):
        return [Reason("must be a file that was sent")]
    found = []
    if (value.size or 0) > declared.max_megabytes * MEGABYTE:
        found.append(Reason("must be at most {max} MB", {"max": declared.max_megabytes}))
    if declared.types and value.type and not any(fnmatchcase(value.type, each) for each in declared.types):
        found.append(Reason("must be one of: {options}", {"options": ", ".join(declared.types)}))
    return found
