"""A day or a moment of the record is near, there, or over: `{due: {field: contract.ends_on, before: [30d, 15d]}}`.

Once for each date and span. It follows the date when that moves; what has passed before the rule was applied, or before
the date was filled in, is not made up for. `every: year` comes back on its anniversaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from customary.engine.model.spans import earlier, later
from customary.engine.records.work import Work


def between(trigger: Mapping[str, Any], work: Work, since: datetime, until: datetime) -> Iterable[UUID]:
    """The records for which it came between two moments."""
    table = work.release.tables.entity(trigger["entity"])
    column, living = table.column(trigger["field"]), table.column("archived_at").is_(None)
    zone = work.model.settings.time_zone
    came = []
    for shift in trigger["shifts"]:
        low, high = earlier(since, shift, zone), earlier(until, shift, zone)
        if work.model.entities[trigger["entity"]].fields[trigger["field"]].kind == "date":
            # A day begins with its midnight in the workspace.
            low, high = low.date(), high.date()
        came.append(_on_anniversary(column, low, high) if trigger["yearly"] else sa.and_(column > low, column <= high))
    return work.connection.execute(sa.select(table.column("id")).where(living, sa.or_(*came))).scalars()


def moments(
    trigger: Mapping[str, Any], values: Mapping[str, Any], work: Work, since: datetime, until: datetime
) -> Iterable[datetime]:
    """When it comes between two moments for a record with these values."""
    given, zone = values.get(trigger["field"]), work.model.settings.time_zone
    if given is None:
        return
    moment = _begins(given, zone)
    years = range(since.year - moment.year - 1, until.year - moment.year + 2) if trigger["yearly"] else (0,)
    for shift in trigger["shifts"]:
        for year in (each for each in years if each > 0 or not trigger["yearly"]):
            at = later(moment, (shift[0] + 12 * year, shift[1]), zone)
            if since < at <= until:
                yield at


def following(trigger: Mapping[str, Any], work: Work, now: datetime) -> datetime | None:
    """When it comes next for any record; None where nobody can tell without looking at all of them."""
    if trigger["yearly"]:
        return None
    table, zone = work.release.tables.entity(trigger["entity"]), work.model.settings.time_zone
    column, living = table.column(trigger["field"]), table.column("archived_at").is_(None)
    found = []
    for shift in trigger["shifts"]:
        past = earlier(now, shift, zone)
        if work.model.entities[trigger["entity"]].fields[trigger["field"]].kind == "date":
            past = past.date()
        given = work.connection.execute(sa.select(sa.func.min(column)).where(living, column > past)).scalar()
        if given is not None:
            found.append(later(_begins(given, zone), shift, zone))
    return min(found, default=None)


def _begins(given: date, zone: ZoneInfo) -> datetime:
    """A day begins with its midnight in the workspace."""
    return given if isinstance(given, datetime) else datetime(given.year, given.month, given.day, tzinfo=zone)


def _on_anniversary(column: sa.Column, low: date, high: date) -> sa.ColumnElement:
    """Whether it is the day and month of one of the days after `low`, up to `high`, and of an earlier year."""
    days = [low + timedelta(days=each + 1) for each in range(min((high - low).days, 366))]
    named = {(each.month, each.day) for each in days}
    if any((each + timedelta(days=1)).month == 3 and (each.month, each.day) == (2, 28) for each in days):
        named.add((2, 29))
    same = [
        sa.and_(sa.extract("month", column) == month, sa.extract("day", column) == day) for month, day in sorted(named)
    ]
    return sa.and_(column <= high, sa.or_(sa.false(), *same))
