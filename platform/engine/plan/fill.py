"""Changes of data: new columns are filled from defaults, from old columns, or with a first stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.model import Settings
from customary.engine.plan.change import Fill
from customary.engine.plan.convert import convert
from customary.engine.tables import EntityTable, Tables

if TYPE_CHECKING:
    from customary.engine.records.work import Work

BATCH = 2000
"""Rows read at once where nothing is written."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvertValues(Fill):
    """The values of a field whose kind changes, taken from its old column. The old column stays as it is."""

    old_table: EntityTable
    old: Field
    new_table: EntityTable
    new: Field
    settings: Settings

    @property
    def over(self) -> EntityTable:
        return self.new_table

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.new.name,)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        before = values_for(work.connection, self.old_table, self.old, ids)
        there = values_for(work.connection, self.new_table, self.new, ids)
        values = {id: convert(self.old, self.new, value, self.settings) for id, value in before.items()}
        differing = {id: value for id, value in values.items() if value != there[id]}
        write_values(work.connection, self.new_table, self.new, differing)


@dataclass(frozen=True, kw_only=True, eq=False)
class FillDefault(Fill):
    """A field's default in the records in which it is empty."""

    tables: Tables
    entity: str
    field: Field

    @property
    def over(self) -> EntityTable:
        return self.tables.entity(self.entity)

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.field.name,)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        default = self.field.default
        if is_constant(default):
            _fill_empty(work.connection, self.over, self.field, self.field.take(default), ids)
            return
        empty = [each for each in records_of(work, self.entity, ids) if each[0].get(self.field.name) is None]
        values = {record["id"]: self.field.take(_worked_out(default, scope)) for record, scope in empty}
        write_values(work.connection, self.over, self.field, values)


@dataclass(frozen=True, kw_only=True, eq=False)
class FillStage(Fill):
    """The first stage of a new pipeline in the records that are there already."""

    tables: Tables
    entity: str

    @property
    def over(self) -> EntityTable:
        return self.tables.entity(self.entity)

    @property
    def gives(self) -> tuple[str, ...]:
        return ("stage",)

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        table, pipelines = self.over, self.tables.model.entities[self.entity].pipelines
        for record, scope in records_of(work, self.entity, ids):
            fitting = (each for each in pipelines if each.where is None or each.where.holds(scope))
            pipeline = next(fitting, None)
            if pipeline is not None and record.get("stage") is None:
                stage = pipeline.first
                values = {
                    "stage": stage.name,
                    "outcome": stage.outcome,
                    "probability": stage.probability,
                    "stage_entered_at": work.now,
                }
                stored = table.store({name: value for name, value in values.items() if table.has(name)})
                work.connection.execute(table.table.update().where(table.table.c.id == record["id"]), stored)


def is_constant(default: Any) -> bool:
    """Whether a default is the same for all records."""
    return not hasattr(default, "evaluate") and not hasattr(default, "render")


def values_of(connection: sa.Connection, table: EntityTable, field: Field) -> Iterator[dict[UUID, Any]]:
    """The filled values of one field by record id, in batches, of all records."""
    after: UUID | None = None
    key = table.table.c.id
    while True:
        statement = sa.select(key).order_by(key).limit(BATCH)
        ids = list(connection.execute(statement.where(key > after) if after else statement).scalars())
        if not ids:
            return
        after = ids[-1]
        found = values_for(connection, table, field, ids)
        yield {id: value for id, value in found.items() if value is not None and value != ()}


def values_for(connection: sa.Connection, table: EntityTable, field: Field, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The values of one field, empty ones too, of those of the records that are there."""
    if field.points == "many":
        return _linked(connection, table, field, ids)
    columns = (table.table.c.id, *table.columns([field.name]))
    rows = connection.execute(sa.select(*columns).where(table.table.c.id.in_(ids)).order_by(table.table.c.id))
    return {row.id: table.load(row)[field.name] for row in rows}


def write_values(connection: sa.Connection, table: EntityTable, field: Field, values: Mapping[UUID, Any]) -> None:
    """Writes values of one field by record id, without touching revision or history: nobody changed anything."""
    if not values:
        return
    if field.points == "many":
        _write_links(connection, table.links(field.name), values)
        return
    rows = [{"row_id": id, **table.store({field.name: value})} for id, value in values.items()]
    connection.execute(table.table.update().where(table.table.c.id == sa.bindparam("row_id")), rows)


def work_on(connection: sa.Connection, tables: Tables) -> Work:
    """A unit of work on tables that are about to be released, with all rights."""
    from customary.engine.people.actor import SYSTEM
    from customary.engine.records.work import Work
    from customary.engine.releases import Release

    now = datetime.now(UTC)
    return Work(connection, Release(0, tables.model, tables, now), SYSTEM, now)


def records_of(work: Work, entity: str, ids: Sequence[UUID]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Some records of an entity, oldest first, each with a scope over it."""
    from customary.engine.records.scope import RecordScope

    table = work.release.tables.entity(entity)
    statement = sa.select(table.table).where(table.table.c.id.in_(ids))
    for row in work.connection.execute(statement.order_by(table.table.c.created_at, table.table.c.id)).all():
        values = table.load(row)
        yield values, RecordScope(work, entity, dict(values))


def _fill_empty(connection: sa.Connection, table: EntityTable, field: Field, value: Any, ids: Sequence[UUID]) -> None:
    if stored := table.store({field.name: value}):
        empty = table.columns([field.name])[0].is_(None)
        connection.execute(table.table.update().where(table.table.c.id.in_(ids), empty).values(**stored))


def _worked_out(default: Any, scope: Any) -> Any:
    return default.evaluate(scope) if hasattr(default, "evaluate") else default.render(scope)


def _linked(
    connection: sa.Connection, table: EntityTable, field: Field, ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, ...]]:
    key, links = table.table.c.id, table.links(field.name)
    found = dict.fromkeys(connection.execute(sa.select(key).where(key.in_(ids)).order_by(key)).scalars(), ())
    pairs = sa.select(links.c.source, links.c.target).where(links.c.source.in_(ids))
    for source, target in connection.execute(pairs.order_by(links.c.source, links.c.target)):
        found[source] = (*found[source], target)
    return found


def _write_links(connection: sa.Connection, links: sa.Table, values: Mapping[UUID, Any]) -> None:
    connection.execute(links.delete().where(links.c.source.in_(list(values))))
    pairs = [{"source": id, "target": target} for id, value in values.items() for target in value or ()]
    if pairs:
        connection.execute(links.insert(), pairs)
