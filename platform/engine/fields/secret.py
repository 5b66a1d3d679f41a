"""The field kind `secret`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa

from customary.engine.columns import CodePointText
from customary.engine.expressions.types import Composite, Type
from customary.engine.fields.field import Field, Part, Refusal
from customary.engine.fields.textual import clean
from customary.engine.locale import Locale
from customary.engine.words import Reason

LONGEST = 10_000
MARK = "•••"
"""What stands for a secret wherever one is shown."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as the database keeps it: nobody reads it from here. Without a token it is the one that is there."""

    token: str = field(default="", repr=False)

    def __str__(self) -> str:
        return MARK


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A secret on its way to the writer, which seals it for its record."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return MARK


AS_IT_IS = Sealed()


@dataclass(frozen=True, kw_only=True)
class Secret(Field):
    """A password, a key or a number that few may see: encrypted in the database with a key that is not there.

    It is written on forms, by imports and over the API, and read only by whoever presses “Reveal” on the record's
    page, which stands in the history; lists, files, rules, search and answers of the API never hold it. The API shows
    `true` where one is set. See “Secrets” in operating.md for the key.
    """

    kind: ClassVar[str] = "secret"
    type: ClassVar[Type] = Composite(name="secret")
    control: ClassVar[str] = "secret"
    inputs: ClassVar[tuple[str, ...]] = ("", "remove")
    operators: ClassVar[tuple[str, ...]] = ("empty", "filled")
    icon: ClassVar[str] = "key-round"
    sealed: ClassVar[bool] = True
    tabular: ClassVar[bool] = False
    copied: ClassVar[bool] = False
    comparable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    listed: ClassVar[bool] = False

    def parts(self, codes: Mapping[str, str]) -> tuple[Part, ...]:
        """What expressions see is the mark; the token lies beside it."""
        return Part("", CodePointText()), Part("_token", sa.Text())

    def store(self, value: Sealed | None) -> Mapping[str, Any]:
        return {"": None if value is None else MARK, "_token": None if value is None else value.token}

    def load(self, row: Mapping[str, Any]) -> Sealed | None:
        return None if row["_token"] is None else Sealed(row["_token"])

    def parse(self, text: str, locale: Locale) -> Any:
        return AS_IT_IS if text.strip() == MARK else self.from_json(text)

    def from_json(self, data: Any) -> Any:
        """A text to be sealed; true leaves what is there."""
        if data is None or data == "" or isinstance(data, Sealed | Unsealed):
            return data or None
        if data is True:
            return AS_IT_IS
        if not isinstance(data, str):
            raise Refusal("must be a text")
        text = clean(data, lines=True, limit=LONGEST)
        return Unsealed(text) if text else None

    def take(self, value: Any) -> Any:
        return self.from_json(value)

    def to_json(self, value: Any) -> bool | None:
        return None if value is None else True

    def json_schema(self) -> Mapping[str, Any]:
        return {"anyOf": [{"type": "string", "maxLength": LONGEST, "writeOnly": True}, {"const": True}]}

    def format(self, value: Any, locale: Locale) -> str:
        return "" if value is None else MARK

    def texts(self, value: Any, locale: Locale) -> tuple[str, ...]:
        return ("", "")

    def read(self, texts: Sequence[str], locale: Locale) -> Any:
        """An empty input leaves what is there."""
        text, remove = texts
        return self.from_json(text) or (None if remove else AS_IT_IS)

    def check(self, value: Any) -> list[Reason]:
        return [] if isinstance(value, Sealed) else [Reason("must be a text")]
