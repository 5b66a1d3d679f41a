"""One spot in a file: where the cursor is, what may stand there, and what the names there mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from customary.editor.choice import choices_at, literal_start
from customary.editor.cursor import Cursor, cursor_at
from customary.editor.names import Name, Names
from customary.editor.shapes import is_expression, names_in, sets_values, shapes_at
from customary.engine.definitions.shapes import Shape
from customary.engine.text import Document, plain
from customary.engine.text.source import SETTINGS_FILE

_MACRO = r"([\w.]+)\s*\.\s*\w+\(\s*{name}\s*,"
_WORD_AFTER = re.compile(r"\w*")


@dataclass(frozen=True)
class Spot:
    """A cursor in the text of a file, with the names of the workspace."""

    path: str
    text: str
    offset: int
    names: Names

    @cached_property
    def cursor(self) -> Cursor:
        return cursor_at(self.text, self.offset, self.path == SETTINGS_FILE)

    @cached_property
    def shapes(self) -> list[Shape]:
        """Of the value in which the cursor is, or of the mapping whose key is being written."""
        return shapes_at(self.cursor.kind, self.cursor.path, self._field_type)

    @property
    def entity(self) -> str:
        """The entity whose fields count here."""
        cursor = self.cursor
        for key, entity in (("entities", 1), ("create", 1), ("given", 1), ("creates", 2)):
            at = cursor.path.index(key) if key in cursor.path else -1
            if 0 <= at < len(cursor.path) - entity and cursor.path[at + entity] in self.names.of("entity"):
                return cursor.path[at + entity]
        if "task" in cursor.path[-2:] and cursor.kind == "workflow":
            return self.names.playing("task")
        return self.own_entity

    @property
    def own_entity(self) -> str:
        """The entity that the definition is about."""
        return self.names.entity_of(self.cursor.kind, self.cursor.name)

    @property
    def in_expression(self) -> bool:
        """Whether the value is an expression, or the cursor is in a hole of a text."""
        value = self.cursor.value
        in_hole = value.rfind("{{") > value.rfind("}}")
        return in_hole or value.startswith("=") or (is_expression(self.shapes) and not self.cursor.at_key)

    @property
    def names_what(self) -> str:
        """What a word here is the name of."""
        return names_in(self.shapes)

    @property
    def takes_values(self) -> bool:
        return sets_values(self.shapes)

    @cached_property
    def chain(self) -> list[str]:
        """The words with dots between, up to the end of the one under the cursor."""
        rest = _WORD_AFTER.match(self.text, self.offset)[0]
        return (self.cursor.word + rest).split(".")

    def entity_before(self, chain: list[str]) -> str:
        """The entity whose members may follow after the last dot of a chain."""
        *steps, _ = chain
        if not steps:
            return self.own_entity
        first, *further = steps
        start = self._start(first)
        found = self.names.along(start, further) if further else None
        return found.target if found else "" if further else start

    def _start(self, first: str) -> str:
        """The entity that the first word of a chain leads to."""
        own = self.names.members(self.own_entity).get(first)
        if own is not None:
            return own.target
        if first in ("record", "old"):
            return self.own_entity
        if first == "user":
            return self.names.playing("user")
        if found := re.findall(_MACRO.format(name=re.escape(first)), self.cursor.value):
            *before, last = found[-1].split(".")
            return self.entity_before([*before, last, ""])
        if found := re.findall(rf"all\((\w+)\)\s*\.\s*\w+\(\s*{re.escape(first)}\s*,", self.cursor.value):
            return found[-1]
        return first if first in self.names.of("entity") else ""

    @property
    def _field_type(self) -> str:
        if self.cursor.kind != "entity" or len(self.cursor.path) < 2 or self.cursor.path[0] != "fields":
            return ""
        document: Document | None = self.names.source.documents.get(("entity", self.cursor.name))
        said = plain(document.body.get("fields")) if document else None
        field = said.get(self.cursor.path[1]) if isinstance(said, Mapping) else None
        return str(field.get("type", "")) if isinstance(field, Mapping) else ""

    @cached_property
    def choices(self) -> Mapping[str, Name]:
        """What the word here may be, where it is an option or the like."""
        return choices_at(self)

    def meant(self) -> Name | None:
        """What the word under the cursor is the name of."""
        cursor, word = self.cursor, self.chain[-1]
        if not word:
            return None
        if len(cursor.path) == 1 and cursor.path[0] == cursor.kind:
            return self.names.of(cursor.kind).get(word)
        if self.choices:
            return self.choices.get(word)
        if self._is_key:
            return self._key(word)
        if len(self.chain) > 1:
            entity = self.entity_before(self.chain)
            return self.names.members(entity).get(word) or self.names.stages(self.chain[0]).get(word)
        return self._one(word)

    @property
    def _is_key(self) -> bool:
        rest = self.text[self.offset : self.offset + 200].split("\n", 1)[0]
        return self.cursor.at_key and bool(re.match(r"\w*['\"]?\s*:(\s|$)", rest))

    def _key(self, word: str) -> Name | None:
        cursor = self.cursor
        if cursor.kind == "entity" and cursor.path in (("fields",), ("views",)):
            return (self.names.members if cursor.path == ("fields",) else self.names.views)(cursor.name).get(word)
        if self.takes_values or cursor.path[-1:] == ("fields",):
            return self.names.members(self.entity).get(word)
        if cursor.path[-1:] in (("entities",), ("create",), ("given",), ("records",)):
            return self.names.of("entity").get(word)
        return None

    def _one(self, word: str) -> Name | None:
        kind = self.names_what
        if self.in_expression:
            return self._in_expression(word)
        if kind == "field":
            return self.names.members(self.own_entity).get(word)
        first = kind.partition(" ")[0]
        if kind in ("field path", "stage path"):
            first = "entity" if kind == "field path" else "pipeline"
        return self.names.of(first).get(word) if first else None

    def _in_expression(self, word: str) -> Name | None:
        if literal_start(self.cursor.value) is not None:
            return None
        found = self.names.members(self.own_entity).get(word) or self.names.of("entity").get(word)
        return found or (self.names.results(self.cursor.name).get(word) if self.cursor.kind == "workflow" else None)
