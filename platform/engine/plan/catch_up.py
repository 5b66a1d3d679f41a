"""Catching up: what processes on the old release wrote to a column after its values were converted.

They notice the new release within a second, and until then write where the old one says. The change rows tell
which records those are: their last change was made under the old release.
"""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.plan.computed import FillComputed
from customary.engine.plan.convert import convert
from customary.engine.plan.fill import ConvertValues, values_of, write_values
from customary.engine.plan.plan import Plan
from customary.engine.releases import Release

NOTICED_SECONDS = 2.0
"""After this, every process is on the new release."""

LONGEST_WORK = timedelta(minutes=10)
"""A unit of work that began longer ago has ended."""


def catch_up(database: Database, plan: Plan, release: Release, after_seconds: float = NOTICED_SECONDS) -> int:
    """Converts and works out again what was written under the old release; gives the number of values. At once when
    no field changed its kind and none is newly computed."""
    conversions = [each for each in plan.changes if isinstance(each, ConvertValues) and _has_columns(each)]
    computed = [each for each in plan.changes if isinstance(each, FillComputed)]
    if not (conversions or computed) or plan.base == 0:
        return 0
    time.sleep(after_seconds)
    with database.write() as connection:
        count = sum(_again(connection, each, plan, release) for each in conversions)
    return count + sum(each.again(database, release) for each in computed)


def _has_columns(conversion: ConvertValues) -> bool:
    return "many" not in (conversion.old.points, conversion.new.points)


def _again(connection: sa.Connection, conversion: ConvertValues, plan: Plan, release: Release) -> int:
    late = _written_late(connection, conversion, plan, release)
    if not late:
        return 0
    values = dict.fromkeys(late)
    for batch in values_of(connection, conversion.old_table, conversion.old, late):
        for id, value in batch.items():
            values[id] = convert(conversion.old, conversion.new, value, conversion.settings)
    write_values(connection, conversion.new_table, conversion.new, values, empty_too=True)
    return len(values)


def _written_late(connection: sa.Connection, conversion: ConvertValues, plan: Plan, release: Release) -> set[UUID]:
    from customary.engine.records.changes import change

    recent = sa.and_(change.c.entity == conversion.new_table.code, change.c.at >= release.applied_at - LONGEST_WORK)
    last: dict[UUID, int] = {}
    for row in connection.execute(sa.select(change.c.record, change.c.release).where(recent).order_by(change.c.id)):
        last[row.record] = row.release
    return {record for record, number in last.items() if number <= plan.base}
