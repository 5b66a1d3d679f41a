"""The types of the expression language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from customary.engine.words import Reason
from customary.engine.working import Calendar

_WORDS = {
    "number": Reason("number"),
    "money": Reason("money"),
    "text": Reason("text"),
    "boolean": Reason("boolean"),
    "date": Reason("date"),
    "datetime": Reason("datetime"),
    "time": Reason("time"),
    "duration": Reason("duration"),
    "calendar": Reason("calendar"),
    "choice": Reason("choice"),
    "record": Reason("record"),
    "list": Reason("list"),
    "unknown": Reason("unknown"),
    "address": Reason("address"),
    "location": Reason("location"),
    "person_name": Reason("person_name"),
    "file": Reason("file"),
    "files": Reason("files"),
    "image": Reason("image"),
    "signature": Reason("signature"),
    "secret": Reason("secret"),
}
"""Types by name, as people are told of them; others are called the same in every language."""


@dataclass(frozen=True, slots=True)
class Type:
    """What kind of value an expression gives. `name` is the word that problems use."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> Reason:
        """Its name, for problems in any language."""
        return _WORDS.get(self.name) or Reason(self.name)


@dataclass(frozen=True, slots=True)
class Choice(Type):
    """One of a closed set of names: the options of a field, the stages of a pipeline."""

    name: str = "choice"
    options: tuple[str, ...] = ()
    values: tuple[tuple[str, Type, tuple[tuple[str, Any], ...]], ...] = field(default=(), compare=False)
    """What the options say beside their labels: a name, its type, and the value of each option that has one."""

    def told(self, name: str) -> tuple[Type, tuple[tuple[str, Any], ...]] | None:
        """The type and the values by option of one of them."""
        return next(((kind, table) for each, kind, table in self.values if each == name), None)


@dataclass(frozen=True, slots=True)
class Record(Type):
    """A record of an entity, or nothing. `entity` is empty where it may be of several (`any_link`): those of `among`,
    or of any at all."""

    name: str = "record"
    entity: str = ""
    among: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"record of {self.entity}" if self.entity else self.name

    @property
    def word(self) -> Reason:
        return Reason("record of {entity}", {"entity": self.entity}) if self.entity else _WORDS[self.name]


@dataclass(frozen=True, slots=True)
class ListOf(Type):
    """A list: of records (inverse links, lines) or of plain values (choices, tags)."""

    name: str = "list"
    item: Type = Type("unknown")


@dataclass(frozen=True, slots=True)
class Composite(Type):
    """A value with parts, each of a type of its own: an address, a name. Its parts are compared, not the whole."""

    name: str = "composite"
    parts: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Branch(ListOf):
    """The records above or below one in its tree, which the link `by` makes."""

    by: str = ""


ANCESTORS, DESCENDANTS = "ancestors", "descendants"
NUMBER = Type("number")
MONEY = Type("money")
TEXT = Type("text")
BOOLEAN = Type("boolean")
DATE = Type("date")
DATETIME = Type("datetime")
TIME = Type("time")
DURATION = Type("duration")
JSON = Type("json")
NULL = Type("null")
CALENDAR = Type("calendar")
"""Working hours and holidays; named in an expression by a plain text."""


def parts_of(kind: Type) -> dict[str, Type]:
    """The parts that may be read of a value of this type."""
    if kind == MONEY:
        return {"amount": NUMBER, "currency": TEXT}
    return dict(kind.parts) if isinstance(kind, Composite) else {}


def spoken(kind: Type) -> Type:
    """Choices are texts to `+` and to functions."""
    return TEXT if isinstance(kind, Choice) else kind


class Names(Protocol):
    """What the names in an expression mean where it stands. The model implements it.

    A bare name is a field of the record when `member(entity, name)` knows it, otherwise something bound
    (`record`, `user`, `payload`, a step's result) when `type_of` does. `old` and `record` are of type
    `Record(entity=entity)`, unless the record is `apart`. The results of steps may be records of entities that exist
    only here.
    """

    entity: str | None
    """The entity of the record at hand; None where there is no record."""
    apart: bool
    """Whether `record` is another record than the one whose fields are bare names."""

    def type_of(self, name: str) -> Type | None:
        """The type of a bare name (a field of the record itself, `old`, `user`, `payload`...), or None."""

    def member(self, entity: str, name: str) -> Type | None:
        """The type of field `name` of `entity`, or None when there is no such field. The entity "" is of links
        that may lead to several: what all records share."""

    def has_entity(self, name: str) -> bool:
        """Whether `all(name)` may be written."""

    def calendar(self, name: str) -> Calendar | None:
        """The calendar of a name; "" asks for the one that holds where none is named."""

    def calendars(self) -> Iterable[str]:
        """The names of all calendars."""

    def known(self, entity: str | None = None) -> Iterable[str]:
        """The names that could have been meant: bare ones, or the fields of `entity`."""
