"""Finishing: what is left to do when a release is served, and what others wrote under the one before it.

They notice the new release within a second. Until then they write where the old one says, and a unit of work that
they began before the switch may end after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.plan.applying import journal
from customary.engine.plan.applying.alone import UnderWay, alone
from customary.engine.plan.applying.site import Progress, Site
from customary.engine.plan.applying.written import LONGEST_WORK, slack, under_old
from customary.engine.plan.change import Change, in_turn
from customary.engine.plan.plan import Plan
from customary.engine.records.identifier import first_id
from customary.engine.releases import Release

NOTICED = timedelta(seconds=2)
"""After this, every process is on the new release."""
LOOK_SECONDS = 0.1


def finish(
    database: Database,
    plan: Plan,
    release: Release,
    noticed: timedelta | None = None,
    told: Callable[[Progress], None] | None = None,
) -> None:
    """Does what the plan left for after the switch. At once when nothing must wait for those on the old release."""
    with database.read() as connection:
        if journal.under_way(connection) is None:
            return
    try:
        with alone(database) as connection:
            site = Site(connection, release, told)
            if site.shortly(journal.under_way) is not None:
                finish_on(site, plan, noticed)
    except UnderWay:
        # A process that started just now found it unfinished.
        return


def finish_on(site: Site, plan: Plan, noticed: timedelta | None = None) -> None:
    """The same for who is alone already."""
    release, changes = site.release, in_turn(plan.changes)
    if any(change.waits for change in changes):
        _wait(site, release.applied_at + (NOTICED if noticed is None else noticed))
        _follow_the_late(site, plan, changes)
    for change in changes:
        change.finish(site)
    site.shortly(journal.close)


def _follow_the_late(site: Site, plan: Plan, changes: list[Change]) -> None:
    after = first_id(site.release.applied_at - slack(site.dialect))
    while written := site.look(partial(under_old, after=after, base=plan.base)):
        for change in changes:
            change.follow(site, written)
        after = written[-1].id


def _wait(site: Site, moment: datetime) -> None:
    """Until that moment, and until everything ends that others had begun by then."""
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
    if site.is_sqlite:
        return
    latest = datetime.now(UTC) + LONGEST_WORK
    begun = site.shortly(_begun_by_now)
    while site.shortly(_ended_before) < begun and datetime.now(UTC) < latest:
        time.sleep(LOOK_SECONDS)


def _begun_by_now(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").scalar_one())


def _ended_before(connection: sa.Connection) -> int:
    """Every transaction with a smaller number has ended."""
    return int(connection.exec_driver_sql("SELECT pg_snapshot_xmin(pg_current_snapshot())::text").scalar_one())
