"""Arithmetic as the expression language defines it; Python and SQLite calculate with these very functions.

Numbers are decimals. Sums and differences are exact; products and quotients are rounded half-even to ten
decimals; what divides by zero, or is 10²⁸ or more, is unknown (None). Days outside the years 1 to 9999 are too.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

DECIMALS = 10
LIMIT = Decimal(10) ** 28

_UNIT = Decimal(1).scaleb(-DECIMALS)
_CONTEXT = Context(prec=100, rounding=ROUND_HALF_EVEN, traps=[])
_AWAY = Context(prec=100, rounding=ROUND_HALF_UP, traps=[])
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
_FIRST_ON_THE_WALL = datetime(1, 1, 3)
_LAST_ON_THE_WALL = datetime(9999, 12, 29)
_MICROSECOND = timedelta(microseconds=1)

Day = TypeVar("Day", date, datetime)

plus = _CONTEXT.add
minus = _CONTEXT.subtract
negative = _CONTEXT.minus
absolute = _CONTEXT.abs
scaled = _CONTEXT.scaleb


def times(left: Decimal, right: Decimal) -> Decimal | None:
    return _kept(_CONTEXT.multiply(left, right))


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    return _kept(_CONTEXT.divide(left, right)) if right else None


def remainder(left: Decimal, right: Decimal) -> Decimal | None:
    """What is left after whole division; it has the sign of `left`."""
    return _CONTEXT.remainder(left, right) if right else None


def rounded(number: Decimal, places: int = 0) -> Decimal:
    """Rounded as spreadsheets do: a half goes away from zero."""
    return _AWAY.quantize(Decimal(number), Decimal(1).scaleb(-int(places)))


def whole(number: Decimal) -> int:
    """The nearest whole number; a half goes to the even one."""
    return int(_CONTEXT.to_integral_value(number))


def plain(number: Decimal | int) -> str:
    """The shortest way to write a number: no trailing zeros, no exponent.

    >>> plain(Decimal("1500.00"))
    '1500'
    """
    text = f"{Decimal(number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def add_months(day: Day, months: Decimal) -> Day | None:
    """The same day of a later (or earlier) month, or that month's last day. Part months are cut off."""
    if abs(months) > 120_000:
        return None
    month = day.year * 12 + day.month - 1 + int(months)
    year, month = month // 12, month % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment by the clocks of a zone; on the first and last day of the calendar, which a zone could leave,
    by those of UTC."""
    return moment.astimezone(zone if _FIRST <= moment <= _LAST else UTC)


def on_the_clock(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of a zone show `wall`; where they show it twice, the later one. Near the ends of
    the calendar, which a zone could leave, by the clocks of UTC."""
    if not _FIRST_ON_THE_WALL <= wall <= _LAST_ON_THE_WALL:
        return wall.replace(tzinfo=UTC)
    readings = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return (wall - min(readings)).replace(tzinfo=UTC)


def shift(moment: datetime, duration: timedelta) -> datetime | None:
    try:
        return moment + duration
    except OverflowError:
        return None


def shift_days(day: date, duration: timedelta) -> date | None:
    """A day moved by the whole days of a duration; part days are cut off."""
    try:
        return day + timedelta(days=int(duration / timedelta(days=1)))
    except OverflowError:
        return None


def microseconds(duration: timedelta) -> int:
    return duration // _MICROSECOND


def days(duration: timedelta) -> Decimal:
    """How many days a duration lasts, with decimals."""
    return _CONTEXT.quantize(_CONTEXT.divide(microseconds(duration), 86_400_000_000), _UNIT)


def _kept(number: Decimal) -> Decimal | None:
    if number.as_tuple().exponent < -DECIMALS:  # type: ignore[operator]  # never infinite: the operands are finite
        number = _CONTEXT.quantize(number, _UNIT)
    return number if -LIMIT < number < LIMIT else None
