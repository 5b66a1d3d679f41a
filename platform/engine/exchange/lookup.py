"""Finding linked records by what a file calls them: their title, or a value that is theirs alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from rapidfuzz import fuzz, process

from customary.engine.fields.normal import normal
from customary.engine.records.rows import all_rows, permission
from customary.engine.records.titles import title_clause
from customary.engine.records.work import Work

SUGGESTIONS = 3
SIMILAR = 76
MUCH_LESS = 5
MOST_COMPARED = 3_000_000
TEXTUAL = ("text", "email", "phone", "url")


@dataclass(frozen=True, slots=True)
class Found:
    """What a text names: one record, several (`ids`), or none."""

    ids: tuple[UUID, ...] = ()

    @property
    def id(self) -> UUID | None:
        return self.ids[0] if len(self.ids) == 1 else None


@dataclass
class Lookup:
    """The records of one entity that the actor may see, by what they may be called."""

    entity: str
    exact: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    loose: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    nears: dict[str, tuple[str, ...]] = field(default_factory=dict)
    compared: int = 0

    def find(self, text: str) -> Found:
        """Exactly as written, else without regard to case, marks and spaces."""
        ids = self.exact.get(text) or self.loose.get(normal(text)) or ()
        return Found(tuple(sorted(ids)))

    def near(self, text: str) -> tuple[str, ...]:
        """What was probably meant, best first; nothing once so much was compared that people would wait for it."""
        if text not in self.nears:
            self.compared += len(self.exact)
            self.nears[text] = nearest(text, self.squeezed) if self.compared <= MOST_COMPARED else ()
        return self.nears[text]

    @cached_property
    def squeezed(self) -> dict[str, str]:
        return {_squeezed(name): name for name in self.exact}

    def add(self, name: Any, id: UUID) -> None:
        if name is not None and (text := str(name).strip()):
            self.exact[text].add(id)
            self.loose[normal(text)].add(id)


def lookup(work: Work, entity: str, by: str | None = None) -> Lookup:
    """The records of an entity by title and unique texts, or by the field `by` alone."""
    rows = all_rows(work, entity)
    columns = [rows.column(by)] if by else _calls(work, entity, rows)
    statement = sa.select(rows.column("id"), *columns).select_from(rows.from_clause)
    statement = statement.where(rows.column("archived_at").is_(None))
    readable = permission(work, rows, "read")
    if readable is not None:
        statement = statement.where(readable)
    found = Lookup(entity)
    for id, *names in work.connection.execute(statement):
        for name in names:
            found.add(name, id)
    return found


def _calls(work: Work, entity: str, rows: Any) -> list[sa.ColumnElement]:
    """What the records of an entity are called: the title, then every text that only one may have."""
    declared = work.model.entities[entity]
    single = [each for each in declared.fields.values() if each.unique and each.kind in TEXTUAL]
    hidden = work.access.hidden(entity)
    title = title_clause(work, entity, rows)
    return [title.label("title"), *(rows.column(each.name) for each in single if each.name not in hidden)]


def nearest(text: str, names: Mapping[str, str] | Iterable[str]) -> tuple[str, ...]:
    """The names that a text was probably meant to be, best first. A mapping gives them by their squeezed form."""
    squeezed = names if isinstance(names, Mapping) else {_squeezed(name): name for name in names}
    found = process.extract(_squeezed(text), squeezed.keys(), scorer=fuzz.WRatio, limit=SUGGESTIONS)
    least = max(SIMILAR, found[0][1] - MUCH_LESS) if found else SIMILAR
    return tuple(squeezed[form] for form, score, _ in found if score >= least)


def _squeezed(text: str) -> str:
    """As people misspell: without spaces and case."""
    return normal(text).replace(" ", "")
