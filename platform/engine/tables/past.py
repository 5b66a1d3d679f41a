"""The past in the names of today: what is written down once, such as history, keeps the names of its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.tables.catalogue import Catalogue, Entry
from customary.engine.tables.entity_table import SYSTEM_COLUMNS
from customary.engine.tables.joining import paired


class Past:
    """What things were called in each release, by a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[tuple[str, UUID | None, int], dict[str, Entry]] = {}
        self._ways: dict[tuple[str, str, int], dict[str, tuple[str, Mapping[str, Entry]]]] = {}

    def told(self, entity: str, values: Mapping[str, Any], release: int, code: str = "") -> dict[str, Any]:
        """Values in JSON forms by field name, as an earlier release wrote them, in the names of today.

        What is retired is left out: a hidden field must stay hidden under its old name too. `code` tells of which
        entity the record was then, where two have become one or two again.
        """
        ways = self._ways.get((entity, code, release)) or self._way(entity, code, release)
        found = {}
        for name, value in values.items():
            if name in ways:
                today, options = ways[name]
                found[today] = self._value(options, value, release)
        return found

    def left(
        self, entity: str, values: Mapping[str, Any], release: int, without: frozenset[str], code: str = ""
    ) -> dict[str, Any]:
        """Values as an earlier release wrote them, without those that some fields of today, or retired ones, had."""
        fields = self._fields(self._catalogue.entity(entity), code, release)
        lives = {name for name, each in fields.items() if not each.retired and each.name not in without}
        return {name: value for name, value in values.items() if name in lives or name in SYSTEM_COLUMNS}

    def _fields(self, owner: Entry, code: str, release: int) -> dict[str, Entry]:
        """The fields of today by the names that they, or those whose values they took, had in a release."""
        entities = self._catalogue.children("entity", None)
        other = next((each for each in entities if each.code == code and each is not owner), None)
        if other is None:
            return self._named("field", owner.id, release)
        known = paired(*(self._catalogue.children("field", each.id) for each in (other, owner)))
        named = self._named("field", other.id, release)
        return {name: known[each.id] for name, each in named.items() if each.id in known}

    def _way(self, entity: str, code: str, release: int) -> dict[str, tuple[str, Mapping[str, Entry]]]:
        """Of each field by its name in a release: its name of today, and its options. Sorted out once."""
        fields = self._fields(self._catalogue.entity(entity), code, release)
        living = {name: each for name, each in fields.items() if not each.retired}
        found = {name: (each.name, self._named("option", each.id, release)) for name, each in living.items()}
        self._ways[entity, code, release] = {name: (name, {}) for name in SYSTEM_COLUMNS} | found
        return self._ways[entity, code, release]

    def _value(self, options: Mapping[str, Entry], value: Any, release: int) -> Any:
        """A value that may be, or hold, the name of an option or of an entity."""
        match value:
            case str() if value in options:
                return options[value].name
            case list() if options:
                return [options[each].name if each in options else each for each in value]
            case {"entity": str(entity), "id": _}:
                known = self._named("entity", None, release)
                return {**value, "entity": self._catalogue.whole(known[entity]).name} if entity in known else value
        return value

    def _named(self, kind: str, parent: UUID | None, release: int) -> dict[str, Entry]:
        """By their names in a release; what lives goes before what is retired."""
        key = (kind, parent, release)
        if key not in self._known:
            entries = sorted(self._catalogue.children(kind, parent), key=lambda entry: not entry.retired)
            self._known[key] = {entry.name_in(release): entry for entry in entries}
        return self._known[key]
