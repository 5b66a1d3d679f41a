"""Functions over working days and working time, by a calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from customary.engine import arithmetic, working
from customary.engine.expressions import sql_calendar
from customary.engine.expressions.functions.function import Registry
from customary.engine.expressions.scope import Scope, Values
from customary.engine.expressions.sql_operands import Number
from customary.engine.expressions.types import CALENDAR, DATE, DATETIME, DURATION, NUMBER
from customary.engine.working import Calendar


def register(functions: Registry) -> None:
    days, times = "business_days", "working_time"
    functions.add(days, DATE, DATE, CALENDAR, to=NUMBER, sql=_business_days)(business_days)
    functions.add(days, DATE, NUMBER, CALENDAR, to=DATE, sql=_add_business_days)(add_business_days)
    functions.add(times, DATETIME, DATETIME, CALENDAR, to=DURATION, sql=_working_time, context=True)(working_time)
    functions.add(times, DATETIME, DURATION, CALENDAR, to=DATETIME, sql=_add_working_time, context=True)(
        add_working_time
    )


def business_days(start: date, end: date, calendar: Calendar) -> int:
    """How many working days come after the first day, up to and with the second; negative when that is earlier."""
    return working.business_days(calendar, start, end)


def add_business_days(day: date, count: Decimal, calendar: Calendar) -> date | None:
    """The day so many working days later, or earlier when negative."""
    return working.add_business_days(calendar, day, int(count))


def working_time(scope: Scope, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """The working time between two datetimes; negative when the second is earlier."""
    return working.working_time(calendar, _wall(start, scope), _wall(end, scope))


def add_working_time(scope: Scope, moment: datetime, span: timedelta, calendar: Calendar) -> datetime | None:
    """When so much working time has passed, or was still to come when it is negative."""
    if not span:
        return moment
    found = working.add_working_time(calendar, _wall(moment, scope), span)
    return None if found is None else arithmetic.on_the_clock(found, scope.zone)


def _wall(moment: datetime, scope: Scope) -> datetime:
    return arithmetic.local(moment, scope.zone).replace(tzinfo=None)


def _business_days(start: sa.ColumnElement, end: sa.ColumnElement, calendar: Calendar) -> Number:
    return Number(sql_calendar.business_days(calendar)(start, end), 0)


def _add_business_days(day: sa.ColumnElement, count: Number, calendar: Calendar) -> sa.ColumnElement:
    return sql_calendar.add_business_days(calendar)(day, count.exact)


def _working_time(values: Values, start: sa.ColumnElement, end: sa.ColumnElement, calendar: Calendar) -> Number:
    return Number(sql_calendar.working_time(calendar)(start, end, _zone(values)))


def _add_working_time(values: Values, moment: sa.ColumnElement, span: Number, calendar: Calendar) -> sa.ColumnElement:
    return sql_calendar.add_working_time(calendar)(moment, span.exact, _zone(values))


def _zone(values: Values) -> Any:
    return sa.literal(values.zone.key, sa.Text())
