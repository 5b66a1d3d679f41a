"""What people do with runs: let those that failed begin once more, let those that wait go on, and cancel.

Each is one statement, whatever the number of runs; workers then take them in the background.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.running.calling import tell_caller
from customary.engine.automation.running.chosen import Wanted, wanted_of
from customary.engine.records.deciding.decisions import OPEN, decision
from customary.engine.records.work import Work
from customary.engine.words import Reason

CANCELLED = Reason("It was cancelled.")


def try_again(work: Work, wanted: Wanted | UUID) -> int:
    """Makes failed runs due once more, where they last waited or from their beginning. Gives their number."""
    again = {"status": tables.DUE, "due": work.now, "attempts": 0, "reason": None, "ended_at": None}
    return _set(work, wanted, (tables.FAILED,), again)


def go_on(work: Work, wanted: Wanted | UUID) -> int:
    """Ends the waiting of runs as if their time had come: what they ask of people too. Gives their number."""
    waiting = (*wanted_of(wanted).conditions(), tables.run.c.status == tables.WAITING)
    asked = sa.and_(decision.c.run.in_(sa.select(tables.run.c.id).where(*waiting)), decision.c.status == OPEN)
    work.connection.execute(decision.update().where(asked).values(due=work.now))
    return _set(work, wanted, (tables.WAITING,), {"due": work.now})


def cancel(work: Work, wanted: Wanted | UUID) -> int:
    """Ends runs that are due, wait or are held. Gives their number."""
    run = tables.run
    return end(work, *wanted_of(wanted).conditions(), run.c.status.in_(tables.NOT_ENDED), reason=CANCELLED)


def end(work: Work, *meant: sa.ColumnElement, reason: Reason) -> int:
    """Stops runs, and tells those that wait for their end. Gives their number."""
    run = tables.run
    ended = {"status": tables.STOPPED, "due": None, "ended_at": work.now, "reason": tables.reason_text(reason)}
    found = work.connection.execute(run.update().where(*meant).values(ended).returning(run.c.cause, run.c.at)).all()
    for each in found:
        tell_caller(work.connection, each.cause, each.at)
    return len(found)


def count(work: Work, wanted: Wanted) -> int:
    """How many runs are wanted."""
    found = sa.select(sa.func.count()).select_from(tables.run).where(*wanted.conditions())
    return work.connection.execute(found).scalar_one()


def _set(work: Work, wanted: Wanted | UUID, statuses: tuple[str, ...], values: dict[str, Any]) -> int:
    meant = (*wanted_of(wanted).conditions(), tables.run.c.status.in_(statuses))
    return work.connection.execute(tables.run.update().where(*meant).values(values)).rowcount
