"""Apply: a plan is built beside the release that is served, and then switched to in one short transaction."""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.plan.applying import journal
from customary.engine.plan.applying.alone import alone
from customary.engine.plan.applying.recover import end_what_was_begun, take_back
from customary.engine.plan.applying.site import InTheWay, Progress, Site
from customary.engine.plan.applying.written import Meanwhile
from customary.engine.plan.change import in_turn
from customary.engine.plan.changes.structure import Equal
from customary.engine.plan.line import to_text
from customary.engine.plan.plan import Plan
from customary.engine.plan.seal import OTHER_TABLES, Drifted, fingerprint
from customary.engine.releases import Release, newest_number, save_catalogue, write_release

if TYPE_CHECKING:
    from customary.engine.text import Source

log = logging.getLogger("customary.plan")

MOMENT_SECONDS = 0.05
"""So long may others be kept waiting by what the switch still has to follow."""
ROUNDS, NEARER = 5, 0.9
"""So often what was written is followed before it counts whether that gets any shorter, and by how much."""


class OutOfDate(Exception):
    """Something else was applied since the plan was made."""

    def __init__(self) -> None:
        super().__init__("Something else was applied since this plan was made. Make the plan again.")


class Unfit(Exception):
    """The data does not allow the plan; `problems` says why."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def apply(
    database: Database,
    plan: Plan,
    source: Source | None,
    by: str,
    told: Callable[[Progress], None] | None = None,
) -> Release:
    """Makes the plan's release the newest, or leaves everything as it was; what can wait is left to `finish`.

    `by` is who applies it: an e-mail address or a name. Raises OutOfDate when another plan came first, UnderWay when
    somebody else is at it, Unfit when the data forbids it.
    """
    if plan.problems:
        raise Unfit(plan.problems)
    release = Release(plan.base + 1, plan.model, plan.tables, datetime.now(UTC), source)
    with alone(database) as connection:
        if plan.base == 0:
            return _at_once(connection, release, plan, by)
        end_what_was_begun(connection)
        return _beside(Site(connection, release, told), plan, by)


def _at_once(connection: sa.Connection, release: Release, plan: Plan, by: str) -> Release:
    """All in one transaction: nobody is there yet."""
    with connection.begin():
        _check(connection, plan)
        site = Site(connection, release, at_once=True)
        for change in in_turn(plan.changes):
            change.build(site)
        return _release(site, plan, by)


def _beside(site: Site, plan: Plan, by: str) -> Release:
    """In many short ones, while the release before it is served."""
    changes = in_turn(plan.changes)
    site.shortly(lambda connection: _begin(connection, plan, by))
    with _taken_back_on_failure(site):
        meanwhile = site.shortly(Meanwhile)
        for change in changes:
            change.build(site)
        _follow(site, plan, meanwhile)
        return site.shortly(lambda connection: _switch(connection, site, plan, meanwhile, by))


def _begin(connection: sa.Connection, plan: Plan, by: str) -> None:
    _check(connection, plan)
    if fingerprint(connection) != plan.schema:
        raise Drifted([OTHER_TABLES])
    journal.begin(connection, plan, by)


def _check(connection: sa.Connection, plan: Plan) -> None:
    if newest_number(connection) != plan.base:
        raise OutOfDate


@contextmanager
def _taken_back_on_failure(site: Site) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        try:
            begun = site.shortly(journal.under_way)
            if begun is not None and not begun.switched:
                take_back(site, begun.made)
        except (sa.exc.DBAPIError, InTheWay):
            log.warning("What was begun could not be taken back; the next start does it", exc_info=True)
        if isinstance(error, sa.exc.IntegrityError | Equal):
            raise Unfit((str(getattr(error, "orig", error)).strip(),)) from error
        raise


def _follow(site: Site, plan: Plan, meanwhile: Meanwhile) -> None:
    """Catches up with the writers, until the switch can do the rest in a moment, or they are as fast as who follows."""
    changes, took = in_turn(plan.changes), math.inf
    for round in itertools.count(1):
        before, last = site.seconds, took
        written = site.look(meanwhile.new)
        for change in changes:
            change.follow(site, written)
        meanwhile.followed(written)
        took = site.seconds - before
        if took < MOMENT_SECONDS or (round >= ROUNDS and took > last * NEARER):
            return
        site.hurry()


def _switch(connection: sa.Connection, site: Site, plan: Plan, meanwhile: Meanwhile, by: str) -> Release:
    """The short transaction after which everybody is on the new release. It may be tried more than once."""
    _check(connection, plan)
    changes, written = in_turn(plan.changes), meanwhile.new(connection)
    for change in changes:
        change.catch_up(site.work(), written)
    if any(change.finishes for change in changes):
        journal.switched(connection)
    else:
        journal.close(connection)
    return _release(site, plan, by)


def _release(site: Site, plan: Plan, by: str) -> Release:
    """The new names and the row that makes the release the newest."""
    work = site.work()
    for change in in_turn(plan.changes):
        change.switch(work)
    save_catalogue(work.connection, plan.before, plan.tables.catalogue)
    release = replace(site.release, applied_at=work.now)
    write_release(work.connection, release, to_text(plan.lines), plan.inverse.to_data(), by)
    return release
