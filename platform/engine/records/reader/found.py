"""Finding records for rules: by a condition that may speak of what a rule knows, or by their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import Expression
from customary.engine.records.rows import Values, all_rows, ordered, permission, sort_column, values_of
from customary.engine.records.work import Work


def found(
    work: Work,
    entity: str,
    where: Expression | None,
    sort: Sequence[tuple[str, bool]],
    bindings: Mapping[str, Any],
    most: int,
) -> list[UUID]:
    """The living records that the actor may read and that fulfil a condition, `most` at most.

    `sort` names fields and whether they descend; the oldest comes first else. `bindings` are what the condition may
    name beside their fields.
    """
    values = Values(**{**vars(values_of(work)), "bindings": bindings})
    rows = work.release.tables.rows(entity, None if work.access.is_system else _readable(work), values)
    conditions = [rows.column("archived_at").is_(None), permission(work, rows, "read")]
    if where is not None:
        conditions.append(where.clause(rows, values))
    order = [ordered(work, sort_column(work, entity, name), down, first=False) for name, down in sort]
    statement = sa.select(rows.column("id")).select_from(rows.from_clause).order_by(*order, rows.column("id"))
    chosen = statement.where(*(each for each in conditions if each is not None)).limit(most)
    return list(work.connection.execute(chosen).scalars())


def having(work: Work, entity: str, values: Mapping[str, Any], most: int = 2) -> list[UUID]:
    """The living records with these values, all of them filled in. On PostgreSQL others who look for the same wait
    until this transaction is over, so that no two make what neither found."""
    table = work.release.tables.entity(entity)
    fields = work.model.entities[entity].fields
    stored = table.store({name: fields[name].take(value) for name, value in values.items()})
    if not work.is_sqlite:
        key = sa.func.hashtextextended(f"customary match {entity} {sorted(stored.items())!r}", 0)
        work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
    same = [table.table.c[name] == value for name, value in stored.items() if not name.endswith(("_sort", "_base"))]
    rows = all_rows(work, entity)
    conditions = [table.column("archived_at").is_(None), permission(work, rows, "read"), *same]
    statement = sa.select(table.column("id")).where(*(each for each in conditions if each is not None))
    return list(work.connection.execute(statement.order_by(table.column("id")).limit(most)).scalars())


def _readable(work: Work) -> Any:
    return lambda rows: permission(work, rows, "read")
