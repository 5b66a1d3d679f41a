"""Named options: what the kinds `choice` and `choices` offer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from rapidfuzz import process

from customary.engine.expressions import types
from customary.engine.fields.field import Field, KeyProblem, Refusal
from customary.engine.locale import Locale
from customary.engine.words import Words, label_of, words

WORDS: Mapping[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
}
_NAME = re.compile(r"\w[\w .+-]{0,59}")
MAX_OPTIONS = 1_000
MOST_NAMED = 20
"""So many options can be read in one sentence."""
NEAR_ENOUGH = 76
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
        return types.Choice(options=tuple(self.options))

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
    return MappingProxyType({str(name): _option(str(name), dict(entry or {})) for name, entry in entries.items()})


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
        values=MappingProxyType({key: value for key, value in entry.items() if key not in OPTION_KEYS}),
    )
