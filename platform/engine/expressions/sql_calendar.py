"""Working days and working time in SQL: `engine.working` on SQLite, the same sums over arrays on PostgreSQL.

The numbers of a calendar are written into the statement; they come from definitions, never from what a user types.
"""

# ruff: noqa: S608 - these statements hold names and numbers made here

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.expressions.sql_elements import LOCAL, WALL_TO_MOMENT, Exact, element
from customary.engine.working import DAY, FURTHEST, LAST, Calendar

_EPOCH = 62_135_596_800_000_000 + DAY
"""From 1970 back to the day before 0001-01-01, in microseconds."""


@lru_cache(maxsize=50)
def business_days(calendar: Calendar) -> Any:
    """How many working days lie between two days."""
    worked = {name: _worked_days(calendar, name) for name in "ab"}
    return element(
        "business_days",
        sa.BigInteger(),
        f"SELECT {worked['b']} - {worked['a']} FROM (SELECT {_day('{0}')} AS a, {_day('{1}')} AS b OFFSET 0) AS t",
        _call("business_days", calendar),
    )


@lru_cache(maxsize=50)
def add_business_days(calendar: Calendar) -> Any:
    """The day so many working days later."""
    reach = f"(abs(n) / {len(calendar.working_days)} + {2 + len(calendar.days_off)}) * 7"
    candidates = f"SELECT a + sign(n)::int * i AS d FROM generate_series(1, CASE WHEN r <= {FURTHEST} THEN r END) AS i"
    return element(
        "add_business_days",
        sa.Date(),
        f"SELECT CASE n WHEN 0 THEN a ELSE (SELECT d FROM ({candidates}) AS c WHERE {_is_worked(calendar)} "
        "ORDER BY abs(d - a) OFFSET abs(n) - 1 LIMIT 1) END - 1 + DATE '0001-01-01' "
        f"FROM (SELECT a, n, {reach} AS r FROM (SELECT {_day('{0}')} AS a, "
        "greatest(-1e6, least(1e6, trunc({1})))::int AS n OFFSET 0) AS t) AS s",
        _call("add_business_days", calendar),
    )


@lru_cache(maxsize=50)
def working_time(calendar: Calendar) -> Any:
    """The working time between two moments, in microseconds; the third argument is the zone."""
    worked = {name: _worked_time(calendar, name) for name in "ab"}
    walls = (
        f"SELECT {_wall('a')} AS a, {_wall('b')} AS b FROM (SELECT {{0}} AS a, {{1}} AS b, {{2}} AS z OFFSET 0) AS s"
    )
    return element(
        "working_time",
        Exact(),
        f"SELECT {worked['b']} - {worked['a']} FROM ({walls} OFFSET 0) AS t",
        _call("working_time", calendar),
    )


@lru_cache(maxsize=50)
def add_working_time(calendar: Calendar) -> Any:
    """The moment after so many microseconds of working time; the third argument is the zone."""
    reach = f"(trunc(w / {calendar.week}) + {2 + len(calendar.days_off)}) * 7"
    days = f"generate_series(0, CASE WHEN {reach} <= {FURTHEST} THEN ({reach})::int END - 1) AS i"
    at = f"g * (d * {DAY} + {{}})"
    spans = (
        f"SELECT greatest(least({at.format('u.s')}, {at.format('u.e')}), g * h) AS s, "
        f"greatest({at.format('u.s')}, {at.format('u.e')}) AS e FROM {days}, "
        f"LATERAL (SELECT h / {DAY} + g * i AS d) AS x, {_hours(calendar)} "
        f"WHERE {_is_worked(calendar)} AND u.w = mod(d - 1, 7)"
    )
    sums = f"SELECT s, e, sum(e - s) OVER (ORDER BY s) AS upto FROM ({spans}) AS q WHERE e > g * h"
    end = f"SELECT g * (e - upto + w)::bigint FROM ({sums}) AS v WHERE upto >= w ORDER BY s LIMIT 1"
    return element(
        "add_working_time",
        Moment(),
        f"SELECT CASE WHEN w = 0 THEN m WHEN y BETWEEN {3 * DAY} AND {(LAST - 1) * DAY} THEN {WALL_TO_MOMENT} END FROM "
        f"(SELECT m, z, w, y, TIMESTAMP '1970-01-01' + (y - {_EPOCH}) / 1000000 * interval '1 second' "
        f"+ mod(y - {_EPOCH}, 1000000) * interval '1 microsecond' AS l FROM (SELECT m, z, w, ({end}) AS y FROM "
        f"(SELECT m, z, abs(trunc(n)) AS w, sign(n)::int AS g, {_wall('m')} AS h FROM "
        "(SELECT {0} AS m, {1} AS n, {2} AS z OFFSET 0) AS a OFFSET 0) AS b OFFSET 0) AS c OFFSET 0) AS f",
        _call("add_working_time", calendar),
    )


def _call(name: str, calendar: Calendar) -> str:
    return f"customary_{name}({{all}}, '{calendar.text}')"


def _array(numbers: Iterable[int]) -> str:
    return f"ARRAY[{', '.join(map(str, numbers))}]::bigint[]"


def _day(column: str) -> str:
    return f"({column} - DATE '0001-01-01') + 1"


def _wall(name: str) -> str:
    """A moment's microseconds on the wall clock."""
    return f"(extract(epoch FROM {LOCAL.format(name)}) * 1000000)::bigint + {_EPOCH}"


def _is_worked(calendar: Calendar) -> str:
    working, off = _array(calendar.working_days), _array(calendar.days_off)
    return f"d BETWEEN 1 AND {LAST} AND mod(d - 1, 7) = ANY({working}) AND d <> ALL({off})"


def _worked_days(calendar: Calendar, day: str) -> str:
    """How many working days there are up to a day."""
    return (
        f"((SELECT sum(({day} + 6 - w) / 7) FROM unnest({_array(calendar.working_days)}) AS w) - "
        f"(SELECT count(*) FROM unnest({_array(calendar.days_off)}) AS o WHERE o <= {day}))"
    )


def _worked_time(calendar: Calendar, at: str) -> str:
    """How much working time there is up to a time of the wall clock."""
    day, weekday, totals = f"({at} / {DAY})", f"mod({at} / {DAY} - 1, 7)", _array(calendar.totals)
    off, hours = _array(calendar.days_off), _hours(calendar)
    return (
        f"(({day} - 1) / 7 * {calendar.week} + (SELECT coalesce(sum(t), 0) "
        f"FROM unnest({totals}) WITH ORDINALITY AS u(t, w) WHERE w <= {weekday}) "
        f"- (SELECT coalesce(sum(({totals})[mod(o - 1, 7) + 1]), 0) FROM unnest({off}) AS o WHERE o < {day}) "
        f"+ CASE WHEN {day} = ANY({off}) THEN 0 ELSE (SELECT coalesce(sum(greatest(0, "
        f"least(mod({at}, {DAY}), u.e) - u.s)), 0) FROM {hours} WHERE u.w = {weekday}) END)"
    )


def _hours(calendar: Calendar) -> str:
    spans = [(weekday, *span) for weekday, hours in enumerate(calendar.hours) for span in hours]
    return f"unnest({', '.join(map(_array, zip(*spans, strict=True)))}) AS u(w, s, e)"
