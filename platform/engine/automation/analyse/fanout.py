"""Fan-out: how much a rule that is new or changed will have to do, from what has happened and what there is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from customary.engine.automation.analyse.rule import Rule, rules_of
from customary.engine.automation.rehearsal.matching import STARTS, looks
from customary.engine.automation.rehearsal.past import Past
from customary.engine.automation.rehearsal.times import is_foreseen, timed_looks
from customary.engine.people.actor import SYSTEM
from customary.engine.problem import Problem
from customary.engine.records.work import Work
from customary.engine.releases import Release

DAYS = 30
SECONDS = 2.0
"""So long the past is looked at for all rules together; what is not looked at by then is told as at least."""
OFTEN = 50


def fan_out(connection: sa.Connection, release: Release, names: Iterable[str], now: datetime) -> Iterator[Problem]:
    """Notes on some rules of a release that need not be applied: how often they would have begun in the last 30 days,
    and through how many records each run goes."""
    work = Work(connection, release, SYSTEM, now)
    wanted, end = set(names), time.monotonic() + SECONDS
    for rule in rules_of(release.model, release.source):
        foreseen = all(is_foreseen(each) for each in rule.workflow.triggers)
        if rule.name in wanted and foreseen and not rule.workflow.before:
            yield Problem(rule.place, _said(work, rule, end), "Play it with: customary rehearse workflow.", "note")


def _said(work: Work, rule: Rule, end: float) -> str:
    begun, whole = _begun(work, rule, end)
    times = "1 time" if begun == 1 else f"{begun:,} times"
    told = f"in the last {DAYS} days {rule.name} would have begun {'' if whole else 'at least '}{times}"
    rounds = [f"about {each:,}" for taken in rule.steps if (each := _rounds(work, rule, taken.step))]
    return told + (f", each time for {' and '.join(rounds)} records" if rounds else "")


def _begun(work: Work, rule: Rule, end: float) -> tuple[int, bool]:
    """How often it would have begun, and whether all that happened was looked at."""
    past, begun = Past(work, work.now - timedelta(days=DAYS)), 0
    everything = (looks(past, rule.workflow), timed_looks(past, rule.workflow, work.now))
    for number, each in enumerate(look for some in everything for look in some):
        begun += each.verdict == STARTS
        if number % OFTEN == 0 and time.monotonic() > end:
            return begun, False
    return begun, True


def _rounds(work: Work, rule: Rule, step: dict) -> int:
    """Through how many records a loop goes: all there are, shared out among those that have them."""
    if step["kind"] != "for_each":
        return 0
    inside, owners = _count(work, step["entity"]), _count(work, rule.workflow.entity)
    return inside if step["in"].beyond or not owners else -(-inside // owners)


def _count(work: Work, entity: str) -> int:
    if not entity:
        return 0
    table = work.release.tables.entity(entity).table
    return work.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
