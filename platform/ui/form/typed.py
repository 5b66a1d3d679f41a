"""What a person typed into a form: its texts, and the values they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from customary.engine.fields.field import Field, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Reason

LISTS = frozenset({"choices", "links", "files"})
"""Controls that give several texts under one name."""

POINTERS = frozenset({"link", "user", "any_link"})
"""Controls that give the id of a record, or (without scripts) its title under `{name}.text`."""


def revision_in(text: str) -> int | None:
    """A record's revision as addresses and forms carry it."""
    return int(text) if len(text) < 10 and text.isascii() and text.isdecimal() else None


class Typed:
    """The texts of a form by the name of their control; a name may have several."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._texts: dict[str, list[str]] = {}
        for name, text in pairs:
            self._texts.setdefault(name, []).append(text)

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def __iter__(self) -> Iterable[str]:
        return iter(self._texts)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(self._texts.get(name, ()))

    def one(self, name: str) -> str:
        """The last text of that name: a checkbox stands behind the hidden empty text that it overrules."""
        texts = self._texts.get(name)
        return texts[-1] if texts else ""

    @property
    def revision(self) -> int | None:
        """The revision that whoever typed had seen; None where the form does not say."""
        return revision_in(self.one("_revision"))

    def has(self, name: str) -> bool:
        """Whether the form held a control of that name."""
        return any(each in self._texts for each in (name, f"{name}.text", f"{name}.here", f"{name}.new"))

    def rows(self, name: str) -> list[str]:
        """The prefixes of a sheet's rows (`lines.0`, `lines.n3`) in the order they stood in the form."""
        start = f"{name}."
        keys = (text[len(start) :].partition(".")[0] for text in self._texts if text.startswith(start))
        return [f"{name}.{key}" for key in dict.fromkeys(keys) if key not in ("here", "text")]


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a form: the texts that stand in its control, what they mean, and why they do not."""

    texts: tuple[str, ...] = ()
    value: Any = None
    problem: Reason | None = None
    lines: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        return self.texts[-1] if self.texts else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet: `key` is its prefix among the names of the form."""

    key: str
    id: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)


Find = Callable[[Field, str], Any]
"""Finds the record that a typed title means; raises Refusal when it is not exactly one."""


def entry_of_texts(field: Field, typed: Typed, name: str, locale: Locale, find: Find) -> Entry:
    """What was typed for `field` under `name`, and its meaning."""
    texts = _texts(field, typed, name)
    try:
        return Entry(texts, _meaning(field, typed, name, locale, find))
    except Refusal as refusal:
        return Entry(texts, None, refusal.reason)


def nothing_in(field: Field) -> Entry:
    """What stands in a control that the form did not have: nothing, in each of its parts."""
    return Entry(("",) * len(field.inputs))


def entry_of_value(field: Field, value: Any, locale: Locale) -> Entry:
    """The texts with which a control shows a value."""
    if field.control in LISTS:
        return Entry(tuple(field.item(each) for each in value or ()), value)
    if field.control in POINTERS:
        return Entry((pointer(value),), value)
    return Entry(field.texts(value, locale), value)


def pointer(value: Any) -> str:
    """A link's value as it stands in a form: the id, or `entity:id` where the entity may be any."""
    if value is None:
        return ""
    return f"{value.entity}:{value.id}" if hasattr(value, "entity") else str(value)


def _texts(field: Field, typed: Typed, name: str) -> tuple[str, ...]:
    if field.control in LISTS:
        return tuple(text for text in typed.all(name) if text)
    if field.control in POINTERS:
        return (_id(typed, name), typed.one(f"{name}.text"))
    return tuple(typed.one(f"{name}.{part}" if part else name) for part in field.inputs)


def _meaning(field: Field, typed: Typed, name: str, locale: Locale, find: Find) -> Any:
    if field.control in LISTS:
        return _several(field, typed, name, find)
    if field.control in POINTERS:
        return _pointed(field, _id(typed, name), typed.one(f"{name}.text").strip(), find)
    return field.read(_texts(field, typed, name), locale)


def _several(field: Field, typed: Typed, name: str, find: Find) -> Any:
    texts = [text for text in typed.all(name) if text]
    title = typed.one(f"{name}.text").strip()
    return field.from_json([*texts, *([str(find(field, title))] if title else [])])


def _id(typed: Typed, name: str) -> str:
    """The id that was picked, unless another title than the picked one's was typed since."""
    if f"{name}.title" in typed and typed.one(f"{name}.title") != typed.one(f"{name}.text"):
        return ""
    return typed.one(name).strip()


def _pointed(field: Field, text: str, title: str, find: Find) -> Any:
    if not text:
        return find(field, title) if title else None
    entity, colon, id = text.partition(":")
    return field.from_json({"entity": entity, "id": id} if colon else text)
