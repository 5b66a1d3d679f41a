"""Runs that are due: their steps are taken in one transaction with what they write, those of brief runs together."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import CannotDo
from customary.engine.automation.running.going import Known, Outcome, ended, go, look_at, write_down
from customary.engine.automation.running.leasing import SILENT_SECONDS
from customary.engine.automation.running.taking import Steps, has_kind, why
from customary.engine.database import Database
from customary.engine.people.actor import SYSTEM
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Work
from customary.engine.releases import Release, Releases
from customary.engine.tracing import span
from customary.engine.words import Reason

MOST_ATTEMPTS = 5
SHARED, SHARED_SECONDS, ALONE_SECONDS = 10, 0.1, 0.02
"""So many runs share a transaction at most, and none is begun later than this: for what they hold, others wait. On
SQLite nobody else writes meanwhile."""
LOCK_SECONDS = 0.05
"""So long a shared transaction waits for what somebody else holds; two that wait for each other are parted by it."""

log = logging.getLogger("customary.automation")


def advance_all(database: Database, releases: Releases, ids: Iterable[UUID], now: datetime) -> None:
    """Takes the steps of leased runs, in their order, as many in one transaction as are brief.

    A commit costs as much as the steps of several runs. Each has a savepoint of its own, so that what cannot be done
    takes nothing else with it; what has to wait for others, or may last, is taken alone.
    """
    left = list(ids)
    while left:
        alone, left = _take_together(database, releases, left, now) if len(left) > 1 else (left, [])
        for run_id in alone:
            advance(database, releases, run_id, now)


def advance(database: Database, releases: Releases, run_id: UUID, now: datetime) -> str | None:
    """Takes the steps of a leased run and gives its status; None when there is nothing (more) to do.

    The steps up to the end or the next waiting, their log and where the run stands then are one transaction. When a
    step cannot be done nothing of them is kept but the log, which says so; when the database fails the run is tried
    again later.
    """
    taken = Steps()
    try:
        with span("run", run=str(run_id)), database.write(idle_seconds=SILENT_SECONDS) as connection:
            run, release = _held(connection, run_id), releases.load(connection)
            if run is None or release is None:
                return None
            came = go(connection, release, run, now, taken)
            write_down(connection, [came])
            return came.stands["status"]
    except Exception as error:
        if _is_of_the_database(error):
            log.warning("Run %s is put off: %s", run_id, error)
            return _put_off(database, run_id, now, Reason("the database failed: {why}", {"why": str(error.orig)}))
        _tell(run_id, error)
        return _fail(database, run_id, now, taken, why(error))


@dataclass
class _Shared:
    """A transaction that several runs share. What came of them is written at its end, in a few statements."""

    connection: sa.Connection
    release: Release
    now: datetime
    runs: Mapping[UUID, Mapping[str, Any]]
    known: Known
    outcomes: list[Outcome] = field(default_factory=list)

    def take(self, run_id: UUID) -> bool:
        """Takes the steps of a run; False where it is to be taken alone."""
        run = self.runs.get(run_id)
        if run is None:
            return True
        if not self._is_brief(run):
            return False
        taken = Steps()
        # All have the same name: what is taken back goes back to the last of them.
        self.connection.exec_driver_sql("SAVEPOINT run")
        try:
            with span("run", run=str(run_id)):
                came = go(self.connection, self.release, run, self.now, taken, self.known)
        except Exception as error:
            if getattr(error, "connection_invalidated", False):
                raise
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT run")
            if _is_of_the_database(error):
                return False
            _tell(run_id, error)
            came = _failed(run, self.now, taken, why(error))
        self.outcomes.append(came)
        return True

    def _is_brief(self, run: Mapping[str, Any]) -> bool:
        """Whether no step of its rule may last, for others wait for what is held, nor asks how other runs stand, nor
        takes away what is known to be there."""
        workflow = self.release.model.workflows.get(run["workflow"])
        return workflow is None or not has_kind(workflow.steps, ("for_each", "run", "delete"))


def _take_together(
    database: Database, releases: Releases, ids: list[UUID], now: datetime
) -> tuple[list[UUID], list[UUID]]:
    """Takes the steps of runs in one transaction. Gives those to be taken alone, and those whose turn did not come.

    Where it breaks as a whole nothing of it was done, and each is taken alone: one may have broken it for all.
    """
    some, alone = ids[:SHARED], []
    over = time.monotonic() + (ALONE_SECONDS if database.is_sqlite else SHARED_SECONDS)
    try:
        with database.write(LOCK_SECONDS, SILENT_SECONDS) as connection:
            shared = _share(connection, releases, some, now)
            if shared is None:
                return [], []
            for number, run_id in enumerate(some):
                if number and time.monotonic() > over:
                    some = some[:number]
                    break
                if not shared.take(run_id):
                    alone.append(run_id)
            write_down(connection, shared.outcomes)
    except sa.exc.SQLAlchemyError as error:
        log.info("Runs are taken one by one: %s", error)
        alone = some
    return alone, ids[len(some) :]


def _share(connection: sa.Connection, releases: Releases, ids: list[UUID], now: datetime) -> _Shared | None:
    """A transaction that these runs share, as far as nobody else is at them; None where nothing is applied."""
    release = releases.load(connection)
    if release is None:
        return None
    runs = {run["id"]: run for run in connection.execute(_HELD, {"ids": ids}).mappings()}
    return _Shared(connection, release, now, runs, look_at(Work(connection, release, SYSTEM, now), runs.values()))


def _held(connection: sa.Connection, run_id: UUID) -> Mapping[str, Any] | None:
    """The run's row, held to the end of the transaction; None when another worker is at it or it has ended."""
    return connection.execute(_HELD, {"ids": [run_id]}).mappings().first()


_HELD = (
    sa.select(tables.run)
    .where(tables.run.c.id.in_(sa.bindparam("ids", expanding=True)), tables.run.c.status == tables.DUE)
    .with_for_update(skip_locked=True)
)


def _is_of_the_database(error: Exception) -> bool:
    """Whether it is the database that failed, and not what was asked of it."""
    return isinstance(error, sa.exc.OperationalError) or getattr(error, "connection_invalidated", False)


def _tell(run_id: UUID, error: Exception) -> None:
    """A line for those who look after the machine, where it is not a matter of the rule."""
    if not isinstance(error, Refused | Forbidden | Missing | Stale | CannotDo):
        log.error("Run %s failed", run_id, exc_info=error)


def _fail(database: Database, run_id: UUID, now: datetime, taken: Steps, reason: Reason) -> str:
    with database.write() as connection:
        run = _held(connection, run_id)
        if run is not None:
            write_down(connection, [_failed(run, now, taken, reason)])
    return tables.FAILED


def _failed(run: Mapping[str, Any], now: datetime, taken: Steps, reason: Reason) -> Outcome:
    taken.undo()
    return ended(run, taken, taken.clock(now), tables.FAILED, tables.reason_text(reason))


def _put_off(database: Database, run_id: UUID, now: datetime, reason: Reason) -> str:
    told = tables.reason_text(reason)
    with database.write() as connection:
        run = _held(connection, run_id)
        if run is not None and run["attempts"] >= MOST_ATTEMPTS:
            tried = Reason("tried {count} times: {reason}", {"count": run["attempts"], "reason": reason})
            write_down(connection, [ended(run, Steps(), now, tables.FAILED, tables.reason_text(tried))])
            return tables.FAILED
        if run is not None:
            later = now + timedelta(seconds=2 ** run["attempts"])
            write_down(connection, [Outcome(run, Steps(), {"due": later, "reason": told})])
    return tables.DUE
