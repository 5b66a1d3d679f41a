"""The field kind `files`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from customary.engine.columns import Json
from customary.engine.expressions.types import Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.file import SCHEMA, Attached, File, attached, reference, wrong_with
from customary.engine.locale import Locale
from customary.engine.words import Reason

MOST = 50


@dataclass(frozen=True, kw_only=True)
class Files(Field):
    """Up to 50 files, each of which may be `max_megabytes` large and one of `types`, as for `file`."""

    kind: ClassVar[str] = "files"
    type: ClassVar[Type] = Type("files")
    keys: ClassVar[Mapping[str, Any]] = File.keys
    control: ClassVar[str] = "files"
    operators: ClassVar[tuple[str, ...]] = ("empty", "filled")
    icon: ClassVar[str] = "files"
    comparable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    searchable: ClassVar[bool] = True
    wide: ClassVar[bool] = True
    attaches: ClassVar[bool] = True
    copied: ClassVar[bool] = False
    importable: ClassVar[bool] = False

    max_megabytes: int = 25
    types: tuple[str, ...] = ()

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        return (Part("", Json()),)

    def store(self, value: tuple[Attached, ...] | None) -> Mapping[str, Any]:
        return {"": self.to_json(value)}

    def load(self, row: Mapping[str, Any]) -> tuple[Attached, ...] | None:
        found = tuple(Attached(**{**each, "id": attached(each["id"]).id}) for each in row[""] or ())
        return found or None

    def parse(self, text: str, locale: Locale) -> tuple[Attached, ...] | None:
        return self.from_json([line.strip() for line in text[:50_000].splitlines() if line.strip()])

    def from_json(self, data: Any) -> tuple[Attached, ...] | None:
        if data is None or data == "":
            return None
        if not isinstance(data, list | tuple):
            raise Refusal("must be a list of files")
        if len(data) > MOST:
            raise Refusal("must be at most {max} files", max=MOST)
        return tuple({each.id: each for each in map(attached, data)}.values()) or None

    def to_json(self, value: tuple[Attached, ...] | None) -> list[dict[str, Any]] | None:
        if not value:
            return None
        return [{"id": str(each.id), "name": each.name, "type": each.type, "size": each.size} for each in value]

    def json_schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": SCHEMA, "maxItems": MOST}

    def format(self, value: tuple[Attached, ...] | None, locale: Locale) -> str:
        return ", ".join(map(str, value or ()))

    def item(self, value: Attached) -> str:
        return reference(value)

    def edit(self, value: tuple[Attached, ...] | None, locale: Locale) -> str:
        return "\n".join(map(reference, value or ()))

    def check(self, value: Any) -> list[Reason]:
        if not isinstance(value, tuple):
            return [Reason("must be a list of files")]
        found = [reason for each in value for reason in wrong_with(self, each)]
        return [each for place, each in enumerate(found) if each not in found[:place]]
