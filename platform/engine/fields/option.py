"""Named options: what the kinds `choice` and `choices` offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from rapidfuzz import process

from customary.engine.expressions import types
from customary.engine.fields.field import Field, KeyProblem, Refusal
from customary.engine.locale import Locale
from customary.engine.problem import nearest
from customary.engine.words import Words, label_of, words

WORDS: Mapping[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
}
_VALUE_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_NAME = re.compile(r"\w[\w .+-]{0,59}")
MAX_OPTIONS = 1_000
MOST_NAMED = 20
"""So many options can be read in one sentence."""
NEAR_ENOUGH = 76
MOST_VALUES = 20
OPTION_KEYS = ("label", "colour", "was", "after", "before")
OPTIONS: Mapping[str, Any] = {
    "anyOf": [
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "anyOf": [
                    {"type": "null"},
                    {"type": "object", "properties": {"label": WORDS, "colour": {"type": "string"}}},
                ]
            },
        },
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the values a choice may have."""

    name: str
    label: Words
    colour: str | None = None
    was: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What else the definition says of it."""


@dataclass(frozen=True, kw_only=True)
class Optional(Field):
    """A field whose value comes out of `options`."""

    keys: ClassVar[Mapping[str, Any]] = {"options": OPTIONS}

    options: Mapping[str, Option] = field(default_factory=lambda: MappingProxyType({}))
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)
    """What people may type, in lower case, to the option it means: names, labels in all languages, old names."""

    @classmethod
    def configure(cls, keys: Mapping[str, Any], workspace: Mapping[str, Any]) -> dict[str, Any]:
        if not keys.get("options"):
            raise KeyProblem("options", "has no options", "For example options: [small, large].")
        return with_options(options(keys["options"]))

    @property
    def option_type(self) -> types.Type:
        return types.Choice(options=tuple(self.options), values=self._values)

    @cached_property
    def _values(self) -> tuple[tuple[str, types.Type, tuple[tuple[str, Any], ...]], ...]:
        """What the options say of themselves, each with its type."""
        tables: dict[str, list[tuple[str, Any]]] = {}
        for option in self.options.values():
            for name, value in option.values.items():
                tables.setdefault(name, []).append((option.name, value))
        return tuple((name, _type_of(table[0][1]), tuple(table)) for name, table in tables.items())

    def option(self, data: Any) -> str:
        """The name of the option that a text means. Raises Refusal."""
        if isinstance(data, str):
            if data in self.options:
                return data
            if (name := self.spellings.get(data.strip().casefold()[:500])) is not None:
                return name
        raise self._unknown(str(data))

    def label_in(self, name: str, locale: Locale) -> str:
        option = self.options.get(name)
        return option.label.in_language(locale.language) if option else name

    def _unknown(self, text: str) -> Refusal:
        """Names them all where they are few, else what was probably meant."""
        if len(self.options) <= MOST_NAMED:
            return Refusal("must be one of: {options}", options=Words(self._labels()))
        near = process.extractOne(text.strip().casefold()[:100], self.spellings.keys(), score_cutoff=NEAR_ENOUGH)
        if near is None:
            return Refusal("is not an option: “{given}”", given=text[:100])
        meant = self.options[self.spellings[near[0]]].label
        return Refusal("is not an option: “{given}”. Did you mean “{near}”?", given=text[:100], near=meant)

    def _labels(self) -> dict[str, str]:
        shown = self.options.values()
        languages = {"en", *(language for each in shown for language in each.label.by_language if language)}
        return {language: ", ".join(each.label.in_language(language) for each in shown) for language in languages}


def options(data: Any) -> Mapping[str, Option]:
    """The options of a definition: a list of names, or names with what is said of each."""
    if len(data) > MAX_OPTIONS:
        raise KeyProblem(
            "options", f"there are more than {MAX_OPTIONS:,} options", "Make an entity of them, and a link."
        )
    entries = dict.fromkeys(data) if isinstance(data, list | tuple) else data
    if isinstance(data, list | tuple) and len(entries) < len(data):
        twice = next(name for name in data if list(data).count(name) > 1)
        raise KeyProblem("options", f"“{twice}” is given twice", "Take one away.")
    same: dict[str, str] = {}
    for name in entries:
        if (other := same.setdefault(str(name).casefold(), name)) != name:
            raise KeyProblem(
                "options", f"“{other}” and “{name}” differ only in case", "Name them so that nobody mixes them up."
            )
        if not _NAME.fullmatch(str(name)):
            raise KeyProblem("options", f"“{name}” cannot be an option", "Name it in letters and digits, and label it.")
    found = {str(name): _option(str(name), dict(entry or {})) for name, entry in entries.items()}
    _check_values(found.values())
    return MappingProxyType(found)


def _check_values(found: Iterable[Option]) -> None:
    """Raises KeyProblem where options say something of themselves that cannot be read."""
    kinds: dict[str, types.Type] = {}
    for option in found:
        for key, value in option.values.items():
            meant = nearest(key, list(OPTION_KEYS))
            if meant or not _VALUE_NAME.fullmatch(key):
                remedy = f"Did you mean “{meant}”?" if meant else "Names are snake_case, such as percent."
                raise KeyProblem("options", f"“{option.name}” says “{key}”, which is not a name for a value", remedy)
            if not isinstance(value, str | bool | Decimal):
                summary = f"“{key}” of “{option.name}” is no number, text, true or false"
                raise KeyProblem("options", summary, "Options say plain values; make an entity of them for more.")
            if kinds.setdefault(key, _type_of(value)) != _type_of(value):
                summary = f"“{key}” is a {kinds[key]} in one option and a {_type_of(value)} in “{option.name}”"
                raise KeyProblem("options", summary, "Give it the same kind of value in all of them.")
    if len(kinds) > MOST_VALUES:
        raise KeyProblem("options", f"the options say more than {MOST_VALUES} things", "Make an entity of them.")


def _type_of(value: Any) -> types.Type:
    if isinstance(value, bool):
        return types.BOOLEAN
    return types.TEXT if isinstance(value, str) else types.NUMBER


def with_options(found: Mapping[str, Option]) -> dict[str, Any]:
    """The constructor arguments that give a field these options."""
    spellings: dict[str, str] = {}
    for name, option in found.items():
        for text in (name, *option.label.by_language.values(), *option.was):
            spellings.setdefault(text.strip().casefold(), name)
    return {"options": found, "spellings": MappingProxyType(spellings)}


def _option(name: str, entry: dict[str, Any]) -> Option:
    was = entry.get("was") or ()
    return Option(
        name=name,
        label=words(entry["label"]) if entry.get("label") else label_of(name),
        colour=entry.get("colour"),
        was=(was,) if isinstance(was, str) else tuple(was),
        values=MappingProxyType(
            {key: _exact(value) for key, value in entry.items() if key not in OPTION_KEYS and value is not None}
        ),
    )


def _exact(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
