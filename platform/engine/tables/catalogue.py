"""The catalogue: the physical names that entities, fields, options and stages were given at birth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from customary.engine.tables.shape import JOINED, Shape

if TYPE_CHECKING:
    from customary.engine.model.model import Model


@dataclass(frozen=True, slots=True)
class Entry:
    """One named thing. Its id and physical name never change, whatever it is called today.

    `kind` is entity, field or option (a stage is an option of the field `stage`); `parent` is the entity of a
    field, the field of an option. `physical` is a table, a column (or link table), or a code. `former` are the
    names that a `was:` has already been heard for. `spent` are columns that a change of type left behind.
    `names` are the names it had before, each with the number of the last release that called it so. `purged` are
    those of its columns (or its table) whose values were destroyed; their names are never given again. An entity has
    another table since others became one with it; its fields have their columns there, under the same names.
    """

    id: UUID
    kind: str
    parent: UUID | None
    name: str
    physical: str
    shape: Shape | None = None
    former: frozenset[str] = frozenset()
    spent: tuple[str, ...] = ()
    names: tuple[tuple[int, str], ...] = ()
    retired: bool = False
    purged: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """What an entity is called where rows outlive a renaming: its name at birth."""
        first = min(self.columns(), key=lambda each: (len(each), each))
        return first.removeprefix("x_")

    @property
    def into(self) -> str:
        """The code of the entity that this one has become one with; empty where it stands for itself."""
        return self.shape.to if self.shape is not None and self.shape.kind == JOINED else ""

    def name_in(self, release: int) -> str:
        """What it was called in a release."""
        return next((name for last, name in self.names if release <= last), self.name)

    def own(self) -> set[str]:
        """The columns (or table, or code) that it has today, or had when it was retired."""
        suffixes = (self.shape.suffixes if self.shape else ()) or ("",)
        return {self.physical + suffix for suffix in suffixes}

    def columns(self) -> set[str]:
        """Every column (or table, or code) this entry has ever owned."""
        return self.own() | set(self.spent)

    def left(self) -> set[str]:
        """Those of them that hold values which nobody reads any more."""
        return (self.columns() if self.retired else set(self.spent) - self.own()) - set(self.purged)


@dataclass(frozen=True)
class Catalogue:
    """All entries, those of retired things too. Immutable: `grow` gives the next one."""

    entries: Mapping[UUID, Entry] = field(default_factory=dict)

    @classmethod
    def fresh(cls, model: Model) -> Catalogue:
        """The catalogue of a database in which nothing was before."""
        from customary.engine.tables.growth import grow

        return grow(cls(), model)[0]

    def find(self, kind: str, parent: UUID | None, name: str) -> Entry | None:
        """The living entry of that name."""
        return self._living.get((kind, parent, name))

    def children(self, kind: str, parent: UUID | None) -> list[Entry]:
        """The entries under `parent`, retired ones too, oldest first."""
        return self._children.get((kind, parent), [])

    def entity(self, name: str) -> Entry:
        return self._living["entity", None, name]

    def field(self, entity: str, name: str) -> Entry:
        return self._living["field", self.entity(entity).id, name]

    def whole(self, entry: Entry) -> Entry:
        """The entity that one has become one with; itself where it stands for itself."""
        found = (each for each in self.children("entity", None) if each.code == entry.into)
        return next((self.whole(each) for each in found), entry)

    def joined(self, code: str) -> list[Entry]:
        """The entities that have become one with that of a code, those that had with them too."""
        own = [entry for entry in self.children("entity", None) if entry.into == code]
        return [*own, *(each for entry in own for each in self.joined(entry.code))]

    def codes(self, parent: UUID) -> dict[str, str]:
        """Name to code of a field's options. A retired option keeps its name while nobody else took it."""
        entries = sorted(self.children("option", parent), key=lambda entry: entry.retired)
        codes: dict[str, str] = {}
        for entry in entries:
            if entry.name not in codes and entry.physical not in codes.values():
                codes[entry.name] = entry.physical
        return codes

    def with_entries(self, entries: Iterable[Entry]) -> Catalogue:
        """This one with other entries; itself, with all that it has looked up, where none is another."""
        changed = {entry.id: entry for entry in entries if self.entries.get(entry.id) != entry}
        return Catalogue({**self.entries, **changed}) if changed else self

    @cached_property
    def _living(self) -> dict[tuple[str, UUID | None, str], Entry]:
        return {(each.kind, each.parent, each.name): each for each in self.entries.values() if not each.retired}

    @cached_property
    def _children(self) -> dict[tuple[str, UUID | None], list[Entry]]:
        found: dict[tuple[str, UUID | None], list[Entry]] = {}
        for entry in self.entries.values():
            found.setdefault((entry.kind, entry.parent), []).append(entry)
        return found
