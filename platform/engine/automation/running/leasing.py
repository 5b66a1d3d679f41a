"""Leasing: a worker claims runs that are due, and others take over what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.moment import NO_RECORD
from customary.engine.database import Database

LEASE = timedelta(seconds=20)
"""What a dead worker has claimed is taken over after this. A run that is being taken is held by its transaction as
well, however long that lasts: nobody waits for it, and nobody takes it twice."""
SILENT_SECONDS = 8
"""A worker of which nothing is heard for so long within a transaction has lost it: it may stand still for ever."""
BATCH = 20
OTHERS = 4


def lease_due(database: Database, now: datetime, limit: int = BATCH) -> list[UUID]:
    """Claims runs that are due, those that are longest due first, and gives their ids.

    A record's run waits while an earlier one of the same record is not ended. A run whose lease is over was left
    by a worker that died, and is claimed again.
    """
    with database.look() as connection:
        if not _look(connection, now, 1):
            return []
    with database.write(idle_seconds=SILENT_SECONDS) as connection:
        # More than are wanted, for other workers look at the same moment.
        found = _look(connection, now, limit * OTHERS)
        claimed = connection.execute(_CLAIM, {"ids": found, "now": now, "most": limit}).all() if found else []
        ids = _at_once({row.id: row.attempts for row in claimed})
        if ids:
            connection.execute(_LEASE, {"ids": ids, "until": now + LEASE})
    return ids


def _at_once(attempts: Mapping[UUID, int]) -> list[UUID]:
    """The first of some runs. One that was claimed before is claimed alone, when its turn comes: its worker may have
    died of it, and nobody else is to be counted among its victims again."""
    fresh = list(takewhile(lambda id: not attempts[id], attempts))
    return fresh or list(attempts)[:1]


def _look(connection: sa.Connection, now: datetime, most: int) -> list[UUID]:
    return list(connection.execute(_due(), {"now": now, "most": most}).scalars())


@cache
def _due() -> sa.Select:
    """The runs that are due, made once: a worker asks at every write of others.

    Each status is asked for alone, so that the index gives the first of each, however many wait behind them.
    """
    run = tables.run
    most = sa.bindparam("most", type_=sa.Integer)
    each = [_due_of(status).order_by(run.c.due).limit(most).subquery() for status in tables.UNDER_WAY]
    found = sa.union_all(*(sa.select(one.c.id, one.c.due) for one in each)).subquery()
    return sa.select(found.c.id).order_by(found.c.due, found.c.id).limit(most)


def _due_of(status: str) -> sa.Select:
    """Those of a status, in the order of their index: what keeps a run is looked up for it alone."""
    run, earlier = tables.run, tables.run.alias("earlier")
    # As it is this is no question for the index of what is due. PostgreSQL, which knows little of a table that fills
    # and empties all day, would look through all that is due for each that is due.
    is_due = earlier.c.status.concat("") == tables.DUE
    same = (earlier.c.record == run.c.record, run.c.record != NO_RECORD)
    before = sa.select(earlier.c.id).where(*same, is_due, earlier.c.id < run.c.id).limit(1)
    past = run.c.due <= sa.bindparam("now", type_=run.c.due.type)
    goes = (before.scalar_subquery().is_(None), run.c.workflow.not_in(sa.select(tables.pause.c.workflow)))
    return sa.select(run.c.id, run.c.due).where(run.c.status == status, past, *goes)


_IDS = tables.run.c.id.in_(sa.bindparam("ids", expanding=True))
_CLAIM = (
    sa.select(tables.run.c.id, tables.run.c.attempts)
    .where(_IDS, tables.run.c.status.in_(tables.UNDER_WAY), tables.run.c.due <= sa.bindparam("now"))
    .order_by(tables.run.c.due, tables.run.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    tables.run.update()
    .where(_IDS)
    .values(status=tables.DUE, due=sa.bindparam("until"), attempts=tables.run.c.attempts + 1)
)
