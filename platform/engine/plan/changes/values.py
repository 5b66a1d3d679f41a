"""Values of one field, read and written by record id in batches, past all rules: nobody changed anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from customary.engine.fields.field import Field
from customary.engine.tables import EntityTable, Tables

if TYPE_CHECKING:
    from customary.engine.records.work import Work

BATCH = 2_000
"""Rows read at once where nothing is written."""


def work_on(connection: sa.Connection, tables: Tables) -> Work:
    """A unit of work on tables that are about to be released, with all rights."""
    from customary.engine.people.actor import SYSTEM
    from customary.engine.records.work import Work
    from customary.engine.releases import Release

    now = datetime.now(UTC)
    return Work(connection, Release(0, tables.model, tables, now), SYSTEM, now)


def is_empty(value: Any) -> bool:
    return value is None or value in ("", ())


def ids_of(connection: sa.Connection, table: EntityTable) -> Iterator[list[UUID]]:
    """The ids of all records, archived ones too, in batches."""
    after: UUID | None = None
    key = table.table.c.id
    while True:
        statement = sa.select(key).order_by(key).limit(BATCH)
        ids = list(connection.execute(statement.where(key > after) if after else statement).scalars())
        if not ids:
            return
        after = ids[-1]
        yield ids


def values_of(connection: sa.Connection, table: EntityTable, field: Field) -> Iterator[dict[UUID, Any]]:
    """The filled values of one field by record id, in batches, of all records."""
    for ids in ids_of(connection, table):
        found = values_for(connection, table, field, ids)
        yield {id: value for id, value in found.items() if not is_empty(value)}


def values_for(connection: sa.Connection, table: EntityTable, field: Field, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The values of one field, empty ones too, of those of the records that are there."""
    if field.points == "many":
        return _linked(connection, table, field, ids)
    columns = (table.table.c.id, *table.columns([field.name]))
    rows = connection.execute(sa.select(*columns).where(table.table.c.id.in_(ids)).order_by(table.table.c.id))
    return {row.id: table.load(row)[field.name] for row in rows}


def write_values(work: Work, table: EntityTable, field: Field, values: Mapping[UUID, Any]) -> None:
    """Writes values of one field by record id, without touching revision or history: nobody changed anything.
    Foreign amounts get what they are worth today."""
    if not values:
        return
    if field.points == "many":
        _write_links(work.connection, table.links(field.name), values)
        return
    pairs = [({field.name: value}, dict(table.store({field.name: value}))) for value in values.values()]
    if field.kind == "money":
        from customary.engine.records import rates

        rates.fill(work, table.entity, pairs)
    rows = [{"row_id": id, **stored} for id, (_, stored) in zip(values, pairs, strict=True)]
    if work.is_sqlite:
        work.connection.execute(table.table.update().where(table.table.c.id == sa.bindparam("row_id")), rows)
    else:
        _write_at_once(work.connection, table.table, rows)


def _write_at_once(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows in one statement, with an array for each column: many times faster than one after the other."""
    names = [name for name in rows[0] if name != "row_id"]
    kept = {"row_id": table.c.id.type, **{name: table.c[name].type for name in names}}
    arrays = [sa.bindparam(name, type_=postgresql.ARRAY(of, dimensions=1)) for name, of in kept.items()]
    columns = (sa.column(name, of) for name, of in kept.items())
    given = sa.func.unnest(*arrays).table_valued(*columns, name="given").render_derived()
    statement = table.update().where(table.c.id == given.c.row_id).values({name: given.c[name] for name in names})
    connection.execute(statement, {name: [row[name] for row in rows] for name in kept})


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
