"""What is compared: the applied release, a new model, and what became of each name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.model import Model
from customary.engine.plan.applying.journal import unborn
from customary.engine.plan.changes.renamings import Renamings
from customary.engine.plan.proof import indexes_there
from customary.engine.releases import Release
from customary.engine.tables import Tables
from customary.engine.tables.going_back import lives
from customary.engine.tables.growth import Turn
from customary.engine.text import Source

if TYPE_CHECKING:
    from customary.engine.plan.back import Back


@dataclass
class Comparison:
    """What is compared, and the problems found in the data on the way."""

    connection: sa.Connection
    current: Release | None
    model: Model
    tables: Tables
    turns: tuple[Turn, ...]
    problems: list[str] = field(default_factory=list)
    renamings: Renamings = field(default_factory=Renamings)
    back: Back | None = None
    """The way back, when it is an undo."""
    source: Source | None = None
    """The new definitions, which know where everything is written."""
    peopled: set[str] = field(default_factory=set)
    """Entities with a new table, whose first records the plan makes or carries there."""

    @cached_property
    def tables_there(self) -> set[str]:
        return set(sa.inspect(self.connection).get_table_names()) - self.unborn

    @cached_property
    def indexes_there(self) -> set[str]:
        return indexes_there(self.connection) - self.unborn

    @cached_property
    def unborn(self) -> set[str]:
        """The tables and indexes that are being added at this moment, or were left by who died of it."""
        return {each.name for each in unborn(self.connection) if not each.column}

    @cached_property
    def turn_of(self) -> dict[UUID, Turn]:
        """What became of each entry."""
        return {turn.after.id: turn for turn in self.turns}

    @cached_property
    def born_columns(self) -> set[tuple[str, str]]:
        """Table and column of everything that is not there yet."""
        new = {
            (self.tables.catalogue.entries[turn.after.parent].physical, column)
            for turn in self.turns
            if turn.after.kind == "field" and turn.verb in ("born", "retyped") and turn.after.parent
            for column in turn.after.columns() - set(turn.after.spent)
        }
        made = (table for table in self.tables.metadata.tables.values() if not self.is_there(table))
        return new | {(table.name, column.name) for table in made for column in table.c}

    def released(self, turn: Turn) -> Release | None:
        """The last release that knows a field: the current one, unless what an undo brings back had gone before."""
        if self.back and self.current and turn.before and not lives(self.current.tables.catalogue, turn.before.id):
            return self.back.last_release_with(self.connection, turn.before)
        return self.current

    def is_there(self, table: sa.Table) -> bool:
        return table.name in self.tables_there

    def has_records(self, entity: str) -> bool:
        """Whether an entity of the new model may have records before it is released."""
        return entity in self.peopled or self.is_there(self.tables.entity(entity).table)

    @cached_property
    def moved(self) -> frozenset[str]:
        """The entities that have another table from now on."""
        entities = (turn for turn in self.turns if turn.after.kind == "entity" and not turn.after.retired)
        return frozenset(turn.after.name for turn in entities if turn.has_moved)

    def children(self, turn: Turn, kind: str) -> Iterator[Turn]:
        return iter(self.turns_below[kind, turn.after.id])

    @cached_property
    def turns_below(self) -> Mapping[tuple[str, UUID | None], list[Turn]]:
        """What became of the entries of a kind under a parent."""
        found: dict[tuple[str, UUID | None], list[Turn]] = defaultdict(list)
        for turn in self.turns:
            found[turn.after.kind, turn.after.parent].append(turn)
        return found

    def fields_of(self, index: sa.Index, tables: Tables | None = None) -> tuple[str, list[str]]:
        """The entity an index belongs to, and its fields; in today's names, or as other `tables` call them."""
        tables = tables or self.tables
        for entity in tables.model.entities:
            made = tables.entity(entity)
            if made.table is index.table:
                names = {
                    column.name: name
                    for name in made.entity.fields
                    if made.has(name)
                    for column in made.columns([name])
                }
                return entity, list(dict.fromkeys(names.get(each.name, each.name) for each in index.columns))
        return index.table.name, [each.name for each in index.columns]
