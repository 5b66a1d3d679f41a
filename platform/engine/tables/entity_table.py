"""One entity's table: its columns by field, its rows as values and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity

SYSTEM_COLUMNS: Mapping[str, Callable[[], sa.Column]] = {
    "id": lambda: sa.Column("id", sa.Uuid(), primary_key=True),
    "created_at": lambda: sa.Column("created_at", Moment(), nullable=False),
    "created_by": lambda: sa.Column("created_by", sa.Uuid()),
    "updated_at": lambda: sa.Column("updated_at", Moment(), nullable=False),
    "updated_by": lambda: sa.Column("updated_by", sa.Uuid()),
    "revision": lambda: sa.Column("revision", sa.Integer(), nullable=False),
    "archived_at": lambda: sa.Column("archived_at", Moment()),
}
"""Columns every table has, under names that never change. Who wrote a row is no foreign key: people may go."""


class EntityTable:
    """The table of one entity. `physical` maps each field to its column stem (or its link table's name).

    `code` is the entity's name at birth: what to keep where rows must outlive a renaming.
    """

    def __init__(
        self,
        entity: Entity,
        table: sa.Table,
        code: str,
        physical: Mapping[str, str],
        suffixes: Mapping[str, tuple[str, ...]],
        link_tables: Mapping[str, sa.Table],
        entities: frozenset[str],
    ) -> None:
        self.entity = entity
        self.table = table
        self.physical = physical
        self.code = code
        self._suffixes = suffixes
        self._link_tables = link_tables
        self._entities = entities

    def column(self, field: str, suffix: str = "") -> sa.Column:
        """The column of a field (of one part of it). Raises KeyError for a field without columns."""
        return self.table.c[self.column_name(field, suffix)]

    def column_name(self, field: str, suffix: str = "") -> str:
        return field if field in SYSTEM_COLUMNS else self.physical[field] + suffix

    def columns(self, fields: Iterable[str]) -> list[sa.Column]:
        """The columns to select so that `load` gives these fields; fields without columns are passed over."""
        found = []
        for name in fields:
            if name in SYSTEM_COLUMNS:
                found.append(self.table.c[name])
            else:
                found += [self.column(name, suffix) for suffix in self._suffixes.get(name, ())]
        return found

    def has(self, field: str) -> bool:
        """Whether the field has columns of its own in this table."""
        return field in SYSTEM_COLUMNS or bool(self._suffixes.get(field))

    def field_of(self, column: str) -> str | None:
        """The field that a column belongs to."""
        if column in SYSTEM_COLUMNS:
            return column
        return next((name for name, stem in self._stems.items() if column in stem), None)

    @cached_property
    def _stems(self) -> dict[str, set[str]]:
        return {name: {self.physical[name] + each for each in suffixes} for name, suffixes in self._suffixes.items()}

    def sort_column(self, field: str) -> sa.Column:
        """The column that orders by this field as people expect (texts by their normalised form)."""
        if field in SYSTEM_COLUMNS:
            return self.table.c[field]
        return self.column(field, self.entity.columns[field].sort_suffix)

    def links(self, field: str) -> sa.Table:
        """The link table (columns source, target) of a many-to-many field."""
        return self._link_tables[field]

    def store(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values by field name as column values. Fields kept elsewhere (links, lines) are passed over."""
        stored: dict[str, Any] = {}
        for name, value in values.items():
            if name in SYSTEM_COLUMNS:
                stored[name] = value
            elif self._suffixes.get(name):
                stem = self.physical[name]
                for suffix, part in self.entity.fields[name].store(value).items():
                    stored[stem + suffix] = part
        return stored

    def load(self, row: Any) -> dict[str, Any]:
        """A row (of any subset of the columns) as values by field name."""
        mapping = getattr(row, "_mapping", row)
        return {name: load(mapping) for name, column, load in self._loaders if column in mapping}

    @cached_property
    def _loaders(self) -> list[tuple[str, str, Callable[[Mapping[str, Any]], Any]]]:
        loaders = [(name, name, itemgetter(name)) for name in SYSTEM_COLUMNS]
        for name, field in self.entity.fields.items():
            if name not in SYSTEM_COLUMNS and self.has(name):
                first = self.physical[name] + self._suffixes[name][0]
                loaders.append((name, first, self._loader(name, field, first)))
        return loaders

    def _loader(self, name: str, field: Field, first: str) -> Callable[[Mapping[str, Any]], Any]:
        if type(field).load is Field.load:
            return itemgetter(first)
        pairs = [(suffix, self.physical[name] + suffix) for suffix in self._suffixes[name]]
        if field.points == "any":
            # A record of an entity that is retired is kept, but nobody can be led to it.
            known, code = self._entities, self.physical[name] + "_entity"
            return lambda row: field.load({s: row[column] for s, column in pairs}) if row[code] in known else None
        return lambda row: field.load({suffix: row[column] for suffix, column in pairs if column in row})
