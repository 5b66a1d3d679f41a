"""What SQLite is taught: functions that calculate exactly as Python does.

An exact number is an integer, or a text like "12.5" (SQLite itself would turn large or broken ones into
floating point). Days and moments are texts as `database` stores them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from customary.engine import arithmetic, working
from customary.engine.likeness import similar
from customary.engine.pattern import pattern
from customary.engine.sqlite_amounts import teach_amounts

BLANKS = " \t\r\n\u00a0\u3000"
"""What `trim` takes away: blanks and line ends, also the no-break and the Chinese blank."""


def teach(connection: sqlite3.Connection) -> None:
    """Registers all functions on a new connection."""
    for name, function in _FUNCTIONS.items():
        arguments = function.__code__.co_argcount  # type: ignore[attr-defined]  # all are plain functions
        connection.create_function(f"customary_{name}", arguments, _unknown_for_null(function), deterministic=True)
    connection.create_function("customary_same", 2, same, deterministic=True)
    teach_amounts(connection)


def same(left: Any, right: Any) -> bool:
    """Whether two exact numbers are equal; two missing ones are."""
    if left is None or right is None:
        return left is right
    return Decimal(left) == Decimal(right)


def _exact(whole: Any, scale: int) -> str:
    return str(arithmetic.scaled(Decimal(whole), -scale))


def _whole(number: Any, scale: int) -> int | None:
    """The number in units of 10 ** -scale, when it fits the column."""
    units = arithmetic.whole(arithmetic.scaled(Decimal(number), scale))
    return units if -(2**63) <= units < 2**63 else None


def _plus(left: Any, right: Any) -> str:
    return str(arithmetic.plus(Decimal(left), Decimal(right)))


def _minus(left: Any, right: Any) -> str:
    return str(arithmetic.minus(Decimal(left), Decimal(right)))


def _times(left: Any, right: Any) -> str | None:
    return _text(arithmetic.times(Decimal(left), Decimal(right)))


def _divide(left: Any, right: Any) -> str | None:
    return _text(arithmetic.divide(Decimal(left), Decimal(right)))


def _remainder(left: Any, right: Any) -> str | None:
    return _text(arithmetic.remainder(Decimal(left), Decimal(right)))


def _absolute(number: Any) -> str:
    return str(arithmetic.absolute(Decimal(number)))


def _rounded(number: Any, places: int) -> str:
    return str(arithmetic.rounded(Decimal(number), places))


def _compare(left: Any, right: Any) -> int:
    left, right = Decimal(left), Decimal(right)
    return (left > right) - (left < right)


def _plain(number: Any) -> str:
    return arithmetic.plain(Decimal(number))


def _lower(text: str) -> str:
    return text.lower()


def _upper(text: str) -> str:
    return text.upper()


def _ends_with(text: str, end: str) -> bool:
    return text.endswith(end)


def _starts_with(text: str, start: str) -> bool:
    return text.startswith(start)


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark else text


def _after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else ""


def _matches(text: str, expression: str) -> bool:
    return pattern(expression).found_in(text)


def _similar(text: str, other: str, percent: int) -> bool:
    return similar(text, other, percent)


def _day_of(moment: str, zone: str) -> str:
    return arithmetic.local(_moment(moment), _zone(zone)).date().isoformat()


def _time_of(moment: str, zone: str) -> str:
    return arithmetic.local(_moment(moment), _zone(zone)).time().isoformat("microseconds")


def _times_between(later: str, earlier: str) -> int:
    return arithmetic.microseconds(
        datetime.fromisoformat(f"0001-01-01 {later}") - datetime.fromisoformat(f"0001-01-01 {earlier}")
    )


def _moment_of(day: str, at: str, zone: str) -> str:
    return _kept(arithmetic.on_the_clock(datetime.fromisoformat(f"{day} {at}"), _zone(zone)))


def _business_days(start: str, end: str, calendar: str) -> int:
    return working.business_days(working.calendar_of(calendar), date.fromisoformat(start), date.fromisoformat(end))


def _add_business_days(day: str, count: Any, calendar: str) -> str | None:
    found = working.add_business_days(working.calendar_of(calendar), date.fromisoformat(day), int(Decimal(count)))
    return found.isoformat() if found else None


def _working_time(start: str, end: str, zone: str, calendar: str) -> int:
    moments = (_wall(each, zone) for each in (start, end))
    return arithmetic.microseconds(working.working_time(working.calendar_of(calendar), *moments))


def _add_working_time(moment: str, microseconds: Any, zone: str, calendar: str) -> str | None:
    span = _span(microseconds)
    if not span:
        return None if span is None else moment
    found = working.add_working_time(working.calendar_of(calendar), _wall(moment, zone), span)
    return _kept(arithmetic.on_the_clock(found, _zone(zone))) if found else None


def _wall(moment: str, zone: str) -> datetime:
    return arithmetic.local(_moment(moment), _zone(zone)).replace(tzinfo=None)


def _moment_text(moment: str, zone: str) -> str:
    return arithmetic.local(_moment(moment), _zone(zone)).replace(tzinfo=None).isoformat(" ", "minutes")


def _day_part(day: str, part: str) -> int:
    found = date.fromisoformat(day)
    return found.isoweekday() if part == "weekday" else getattr(found, part)


def _add_months(day: str, months: Any) -> str | None:
    found = arithmetic.add_months(date.fromisoformat(day), Decimal(months))
    return found.isoformat() if found else None


def _days_between(later: str, earlier: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days * 86_400_000_000


def _moments_between(later: str, earlier: str) -> int:
    return arithmetic.microseconds(_moment(later) - _moment(earlier))


def _shift_days(day: str, microseconds: Any) -> str | None:
    span = _span(microseconds)
    found = span is not None and arithmetic.shift_days(date.fromisoformat(day), span)
    return found.isoformat() if found else None


def _shift(moment: str, microseconds: Any) -> str | None:
    span = _span(microseconds)
    found = arithmetic.shift(_moment(moment), span) if span is not None else None
    return _kept(found) if found else None


def _kept(moment: datetime) -> str:
    """A moment as the column keeps it."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _span(microseconds: Any) -> timedelta | None:
    try:
        return timedelta(microseconds=int(Decimal(microseconds)))
    except OverflowError:
        return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@lru_cache
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _unknown_for_null(function: Callable[..., Any]) -> Callable[..., Any]:
    """Null in, null out; and what cannot be calculated is null too, because a query must not fail for one row."""

    def call(*values: Any) -> Any:
        if None in values:
            return None
        try:
            return function(*values)
        except (ValueError, ArithmeticError):
            return None

    return call


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__.lstrip("_"): function
    for function in (
        _exact, _whole, _plus, _minus, _times, _divide, _remainder, _absolute, _rounded, _compare, _plain,
        _lower, _upper, _ends_with, _starts_with, _before, _after, _matches, _similar,
        _day_of, _time_of, _moment_of, _moment_text, _day_part, _add_months,
        _days_between, _times_between, _moments_between, _shift_days, _shift,
        _business_days, _add_business_days, _working_time, _add_working_time,
    )
}  # fmt: skip
