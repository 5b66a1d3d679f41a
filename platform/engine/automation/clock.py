"""The clock: runs that time starts, such as a date that comes near or a record that falls silent.

For each such trigger a row says up to when it was looked at. A look asks the database for the records whose moment lies
between then and now, so nothing is lost while nobody works, nothing comes twice, and nothing is stored per record.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.moment import Moment, timed
from customary.engine.automation.running.begin import begin
from customary.engine.automation.tables import clock
from customary.engine.database import Database
from customary.engine.model.model import Model
from customary.engine.model.workflow import Workflow
from customary.engine.people.actor import SYSTEM
from customary.engine.records.work import Work
from customary.engine.releases import Releases

log = logging.getLogger("customary.automation")

Timed = tuple[Workflow, int, Mapping[str, Any]]
"""A workflow and one of its triggers, with its place among them."""


def tick(database: Database, releases: Releases, now: datetime) -> int:
    """Begins the runs whose time has come since the last look; gives their number."""
    release = releases.current()
    return sum(_look(database, releases, each, now) for each in _timed(release.model)) if release else 0


def _timed(model: Model) -> Iterator[Timed]:
    kinds = trigger_kinds()
    for workflow in model.workflows.values():
        for number, trigger in enumerate(workflow.triggers):
            if hasattr(kinds[trigger["kind"]], "between"):
                yield workflow, number, trigger


def _look(database: Database, releases: Releases, each: Timed, now: datetime) -> int:
    """One transaction: who holds the row of a trigger looks, and others pass it by."""
    workflow, number, trigger = each
    with database.write() as connection:
        release = releases.load(connection)
        if release is None or workflow.name not in release.model.workflows:
            return 0
        since = _held_since(connection, f"{workflow.name}/{number}/{trigger['kind']}", now)
        if since is None or since >= now:
            return 0
        work = Work(connection, release, SYSTEM, now)
        try:
            with connection.begin_nested():
                ids = list(trigger_kinds()[trigger["kind"]].between(trigger, work, since, now))
        except Exception:
            log.exception("The time of workflow %s cannot be told", workflow.name)
            return 0
        for id in ids:
            begin(workflow, _moment(work, trigger, id))
        return len(ids)


def _held_since(connection: sa.Connection, key: str, now: datetime) -> datetime | None:
    """Up to when a trigger was looked at, and from now on up to now; None when somebody else is at it.

    A trigger that is new begins now.
    """
    held = sa.select(clock.c.until).where(clock.c.key == key).with_for_update(skip_locked=True)
    row = connection.execute(held).first()
    if row is not None:
        connection.execute(clock.update().where(clock.c.key == key).values(until=now))
        return row.until
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    connection.execute(insert(clock).values(key=key, until=now).on_conflict_do_nothing())
    return None


def _moment(work: Work, trigger: Mapping[str, Any], id: UUID) -> Moment:
    return Moment(work, timed(work, trigger["kind"], trigger["entity"], id))
