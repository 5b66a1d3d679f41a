"""Apply: a plan done in one transaction, whose last act is the release row."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.plan.plan import Plan
from customary.engine.releases import Release, newest_number, save_catalogue, write_release

if TYPE_CHECKING:
    from customary.engine.text import Source

LOCK_SECONDS = 5
TRIES = 6
APPLYING = 0x0C57_0A17
"""The key of PostgreSQL's advisory lock that lets one plan be applied at a time."""

_LOCKED_OUT = frozenset({"55P03", "40P01"})
"""lock_not_available, deadlock_detected"""


class OutOfDate(Exception):
    """Something else was applied since the plan was made."""

    def __init__(self) -> None:
        super().__init__("Something else was applied since this plan was made. Make the plan again.")


class Unfit(Exception):
    """The data does not allow the plan; `problems` says why."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def apply(database: Database, plan: Plan, source: Source | None, by: str) -> Release:
    """Does the whole plan, or nothing. `by` is who applies it: an e-mail address or a name.

    Raises OutOfDate when another plan came first, Unfit when the data forbids it.
    """
    if plan.problems:
        raise Unfit(plan.problems)
    for attempt in range(1, TRIES + 1):
        try:
            return _apply(database, plan, source, by)
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _LOCKED_OUT or attempt == TRIES:
                raise
            time.sleep(0.2 * attempt)
    raise AssertionError("unreachable")


def _apply(database: Database, plan: Plan, source: Source | None, by: str) -> Release:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(APPLYING)))
        if newest_number(connection) != plan.base:
            raise OutOfDate
        operations = Operations(MigrationContext.configure(connection))
        for change in sorted(plan.changes, key=lambda change: change.phase):
            change.apply(operations)
        save_catalogue(connection, plan.before, plan.tables.catalogue)
        release = Release(plan.base + 1, plan.model, plan.tables, datetime.now(UTC), source)
        write_release(connection, release, str(plan), {"names": plan.inverse, "to": plan.base}, by)
    return release
