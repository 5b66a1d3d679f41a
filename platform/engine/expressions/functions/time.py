"""Functions over dates and datetimes."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from customary.engine import arithmetic
from customary.engine.columns import Moment
from customary.engine.expressions import sql_elements as elements
from customary.engine.expressions.functions.function import Registry
from customary.engine.expressions.scope import Scope, Values
from customary.engine.expressions.sql_operands import Number
from customary.engine.expressions.types import DATE, DATETIME, NUMBER, TIME


def register(functions: Registry) -> None:
    functions.add("now", to=DATETIME, sql=_now, context=True)(now)
    functions.add("today", to=DATE, sql=_today, context=True)(today)
    functions.add("date", DATETIME, to=DATE, sql=_day_of, context=True)(day_of)
    functions.add("time", DATETIME, to=TIME, sql=_time_of, context=True)(time_of)
    functions.add("datetime", DATE, to=DATETIME, sql=_moment_of, context=True)(day_begins)
    functions.add("datetime", DATE, TIME, to=DATETIME, sql=_moment_of, context=True)(moment_of)
    for name, python in (("year", year), ("month", month), ("day", day), ("weekday", weekday)):
        functions.add(name, DATE, to=NUMBER, sql=_part(name))(python)
        functions.add(name, DATETIME, to=NUMBER, sql=_local_part(name), context=True)(_local(python))
    functions.add("add_months", DATE, NUMBER, to=DATE, sql=_add_months)(add_months)


def now(scope: Scope) -> datetime:
    """This moment; the same in all of one piece of work."""
    return scope.now


def today(scope: Scope) -> date:
    """The workspace's day."""
    return scope.now.astimezone(scope.zone).date()


def day_of(scope: Scope, moment: datetime) -> date:
    """The day of a datetime in the workspace's time zone. `date("2026-03-31")` is a given day."""
    return arithmetic.local(moment, scope.zone).date()


def time_of(scope: Scope, moment: datetime) -> time:
    """The time of day of a datetime in the workspace's time zone. `time("09:30")` is a given time."""
    return arithmetic.local(moment, scope.zone).time()


def day_begins(scope: Scope, day: date) -> datetime:
    """The beginning of a day in the workspace's time zone."""
    return arithmetic.on_the_clock(datetime.combine(day, time()), scope.zone)


def moment_of(scope: Scope, day: date, at: time) -> datetime:
    """A day at a time of day, in the workspace's time zone."""
    return arithmetic.on_the_clock(datetime.combine(day, at), scope.zone)


def year(moment: date) -> int:
    """The year, for example 2026."""
    return moment.year


def month(moment: date) -> int:
    """The month, 1 to 12."""
    return moment.month


def day(moment: date) -> int:
    """The day of the month, 1 to 31."""
    return moment.day


def weekday(moment: date) -> int:
    """The day of the week: 1 is Monday, 7 is Sunday."""
    return moment.isoweekday()


def add_months(moment: date, months: Decimal) -> date | None:
    """The same day some months later (or earlier, when negative), or that month's last day."""
    return arithmetic.add_months(moment, months)


def _local(python: Any) -> Any:
    def of_moment(scope: Scope, moment: datetime) -> int:
        return python(arithmetic.local(moment, scope.zone))

    of_moment.__doc__ = python.__doc__
    return of_moment


def _now(values: Values) -> sa.ColumnElement:
    return sa.literal(values.now, Moment())


def _today(values: Values) -> sa.ColumnElement:
    return sa.literal(values.now.astimezone(values.zone).date(), sa.Date())


def _day_of(values: Values, moment: sa.ColumnElement) -> sa.ColumnElement:
    return elements.day_of(moment, sa.literal(values.zone.key, sa.Text()))


def _time_of(values: Values, moment: sa.ColumnElement) -> sa.ColumnElement:
    return elements.time_of(moment, sa.literal(values.zone.key, sa.Text()))


def _moment_of(values: Values, day: sa.ColumnElement, at: sa.ColumnElement | None = None) -> sa.ColumnElement:
    at = sa.literal(time(), sa.Time()) if at is None else at
    return elements.moment_of(day, at, sa.literal(values.zone.key, sa.Text()))


def _part(name: str) -> Any:
    return lambda moment: Number(elements.day_part(moment, sa.literal(name, sa.Text())), 0)


def _local_part(name: str) -> Any:
    return lambda values, moment: _part(name)(_day_of(values, moment))


def _add_months(moment: sa.ColumnElement, months: Number) -> sa.ColumnElement:
    return elements.add_months(moment, months.exact)
