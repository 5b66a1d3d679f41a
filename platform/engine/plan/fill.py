"""Changes of data: new columns are filled from defaults, from old columns, or with a first stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.model import Settings
from customary.engine.plan.change import FILL, Change
from customary.engine.plan.convert import convert
from customary.engine.tables import EntityTable, Tables

if TYPE_CHECKING:
    from alembic.operations import Operations

    from customary.engine.records.work import Work

BATCH = 2000
"""Rows read and written at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvertValues(Change):
    """The values of a field whose kind changes, taken from its old column. The old column stays as it is."""

    phase: ClassVar[int] = FILL

    old_table: EntityTable
    old: Field
    new_table: EntityTable
    new: Field
    settings: Settings

    def apply(self, operations: Operations) -> None:
        connection = operations.get_bind()
        for batch in values_of(connection, self.old_table, self.old):
            converted = {id: convert(self.old, self.new, value, self.settings) for id, value in batch.items()}
            write_values(connection, self.new_table, self.new, converted)


@dataclass(frozen=True, kw_only=True, eq=False)
class FillDefault(Change):
    """A new field's default in the records that are there already."""

    phase: ClassVar[int] = FILL

    tables: Tables
    entity: str
    field: Field

    def apply(self, operations: Operations) -> None:
        connection, default = operations.get_bind(), self.field.default
        table = self.tables.entity(self.entity)
        if not hasattr(default, "evaluate") and not hasattr(default, "render"):
            _fill_empty(connection, table, self.field, self.field.take(default))
            return
        for record, scope in records_of(work_on(connection, self.tables), self.entity):
            if record.get(self.field.name) is None:
                value = default.evaluate(scope) if hasattr(default, "evaluate") else default.render(scope)
                write_values(connection, table, self.field, {record["id"]: self.field.take(value)})


@dataclass(frozen=True, kw_only=True, eq=False)
class FillStage(Change):
    """The first stage of a new pipeline in the records that are there already."""

    phase: ClassVar[int] = FILL

    tables: Tables
    entity: str

    def apply(self, operations: Operations) -> None:
        connection, now = operations.get_bind(), datetime.now(UTC)
        table = self.tables.entity(self.entity)
        pipelines = self.tables.model.entities[self.entity].pipelines
        for record, scope in records_of(work_on(connection, self.tables), self.entity):
            fitting = (each for each in pipelines if each.where is None or each.where.holds(scope))
            pipeline = next(fitting, None)
            if pipeline is not None and record.get("stage") is None:
                stage = pipeline.first
                values = {
                    "stage": stage.name,
                    "outcome": stage.outcome,
                    "probability": stage.probability,
                    "stage_entered_at": now,
                }
                stored = table.store({name: value for name, value in values.items() if table.has(name)})
                connection.execute(table.table.update().where(table.table.c.id == record["id"]), stored)


def values_of(
    connection: sa.Connection, table: EntityTable, field: Field, only: Iterable[UUID] | None = None
) -> Iterator[dict[UUID, Any]]:
    """The filled values of one field by record id, in batches; of all records, or of some."""
    if field.points == "many":
        yield from _linked(connection, table.links(field.name))
        return
    columns = table.columns([field.name])
    after: UUID | None = None
    while columns:
        query = sa.select(table.table.c.id, *columns).where(columns[0].is_not(None)).order_by(table.table.c.id)
        query = query.where(table.table.c.id.in_(only)) if only is not None else query
        rows = connection.execute((query.where(table.table.c.id > after) if after else query).limit(BATCH)).all()
        if not rows:
            return
        after = rows[-1].id
        yield {row.id: table.load(row)[field.name] for row in rows}


def write_values(
    connection: sa.Connection,
    table: EntityTable,
    field: Field,
    values: Mapping[UUID, Any],
    empty_too: bool = False,
) -> None:
    """Writes values of one field by record id, without touching revision or history: nobody changed anything."""
    values = {id: value for id, value in values.items() if empty_too or value is not None}
    if not values:
        return
    if field.points == "many":
        pairs = [{"source": id, "target": target} for id, value in values.items() for target in value]
        connection.execute(table.links(field.name).insert(), pairs)
        return
    rows = [{"row_id": id, **table.store({field.name: value})} for id, value in values.items()]
    connection.execute(table.table.update().where(table.table.c.id == sa.bindparam("row_id")), rows)


def _fill_empty(connection: sa.Connection, table: EntityTable, field: Field, value: Any) -> None:
    if not (stored := table.store({field.name: value})):
        return
    first = table.columns([field.name])[0]
    connection.execute(table.table.update().where(first.is_(None)).values(**stored))


def _linked(connection: sa.Connection, links: sa.Table) -> Iterator[dict[UUID, Any]]:
    found: dict[UUID, tuple[UUID, ...]] = {}
    for source, target in connection.execute(sa.select(links.c.source, links.c.target)):
        found[source] = (*found.get(source, ()), target)
    if found:
        yield found


def work_on(connection: sa.Connection, tables: Tables) -> Work:
    """A unit of work on tables that are about to be released, with all rights."""
    from customary.engine.people.actor import SYSTEM
    from customary.engine.records.work import Work
    from customary.engine.releases import Release

    now = datetime.now(UTC)
    return Work(connection, Release(0, tables.model, tables, now), SYSTEM, now)


def records_of(work: Work, entity: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every record of an entity, oldest first, with a scope over it."""
    from customary.engine.records.scope import RecordScope

    table = work.release.tables.entity(entity)
    order = (table.table.c.created_at, table.table.c.id)
    for row in work.connection.execute(sa.select(table.table).order_by(*order)).all():
        values = table.load(row)
        yield values, RecordScope(work, entity, dict(values))
