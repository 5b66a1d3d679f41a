"""Working time: which days and hours a business works, and counting by them.

All is counted by the clock on the wall: days as ordinals (1 is 0001-01-01, a Monday), times in microseconds since
the day before that one. SQLite calls these very functions; PostgreSQL computes the same from `tables`.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate

DAY = 86_400_000_000
FURTHEST = 40_000
"""So many days are looked through for the end of a span; what lies further is unknown."""

_MICROSECOND = timedelta(microseconds=1)
_ZERO = datetime(1, 1, 1)
LAST = date.max.toordinal()

Hours = tuple[tuple[int, int], ...]
"""The working hours of a weekday: from and to, in microseconds of the day, in order."""


@dataclass(frozen=True)
class Calendar:
    """The hours of the seven weekdays (Monday first) and the days on which nobody works."""

    name: str
    hours: tuple[Hours, ...]
    holidays: tuple[date, ...] = field(default=(), repr=False)

    @cached_property
    def totals(self) -> tuple[int, ...]:
        """The working time of each weekday."""
        return tuple(sum(end - start for start, end in hours) for hours in self.hours)

    @cached_property
    def week(self) -> int:
        """The working time of a week without holidays."""
        return sum(self.totals)

    @cached_property
    def working_days(self) -> tuple[int, ...]:
        """The weekdays that are worked, 0 is Monday."""
        return tuple(day for day, total in enumerate(self.totals) if total)

    @cached_property
    def days_off(self) -> tuple[int, ...]:
        """The ordinals of the holidays that take away a working day."""
        found = {day.toordinal() for day in self.holidays}
        return tuple(sorted(each for each in found if self.totals[(each - 1) % 7]))

    @cached_property
    def time_off(self) -> tuple[int, ...]:
        """The working time that the holidays before each have taken away, and after them all."""
        return (0, *accumulate(self.totals[(each - 1) % 7] for each in self.days_off))

    @cached_property
    def text(self) -> str:
        """The calendar as SQLite is told of it."""
        return json.dumps([self.name, self.hours, [each.isoformat() for each in self.holidays]])

    def works_on(self, day: int) -> bool:
        return bool(self.totals[(day - 1) % 7]) and day not in self._off

    @cached_property
    def _off(self) -> frozenset[int]:
        return frozenset(self.days_off)


@lru_cache(maxsize=50)
def calendar_of(text: str) -> Calendar:
    """The calendar that `Calendar.text` wrote down."""
    name, hours, holidays = json.loads(text)
    return Calendar(
        name,
        tuple(tuple((start, end) for start, end in each) for each in hours),
        tuple(map(date.fromisoformat, holidays)),
    )


# Days ---------------------------------------------------------------------------------------------


def business_days(calendar: Calendar, start: date, end: date) -> int:
    """How many working days come after `start`, up to and with `end`; negative when `end` is earlier."""
    return _days_until(calendar, end.toordinal()) - _days_until(calendar, start.toordinal())


def add_business_days(calendar: Calendar, day: date, count: int) -> date | None:
    """The day `count` working days later (or earlier, when negative)."""
    if not count:
        return day
    step = 1 if count > 0 else -1
    worked = (
        each for each in _days(day.toordinal() + step, step, _reach(calendar, abs(count))) if calendar.works_on(each)
    )
    found = next((each for number, each in enumerate(worked, 1) if number == abs(count)), None)
    return None if found is None else date.fromordinal(found)


def _days_until(calendar: Calendar, day: int) -> int:
    worked = sum((day - 1 - weekday) // 7 + 1 for weekday in calendar.working_days)
    return worked - bisect_right(calendar.days_off, day)


def _reach(calendar: Calendar, days: int) -> int:
    """How many days to look through for so many working days."""
    return (days // len(calendar.working_days) + 2 + len(calendar.days_off)) * 7


def _days(first: int, step: int, count: int) -> Iterable[int]:
    if count > FURTHEST:
        return ()
    last = first + step * count
    return range(first, min(last, LAST + 1)) if step > 0 else range(first, max(last, 0), -1)


# Times --------------------------------------------------------------------------------------------


def working_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time between two moments of the wall clock; negative when `end` is earlier."""
    return (_worked_until(calendar, end) - _worked_until(calendar, start)) * _MICROSECOND


def add_working_time(calendar: Calendar, moment: datetime, span: timedelta) -> datetime | None:
    """When so much working time has passed since `moment` (or was still to come, when negative)."""
    left = abs(span // _MICROSECOND)
    if not left:
        return moment
    step = 1 if span > timedelta(0) else -1
    here = (moment - _ZERO) // _MICROSECOND + DAY
    for start, end in _spans(calendar, here, step, left):
        if left <= end - start:
            found = step * (start + left)
            return _ZERO + (found - DAY) * _MICROSECOND if 3 * DAY <= found <= (LAST - 1) * DAY else None
        left -= end - start
    return None


def _spans(calendar: Calendar, here: int, step: int, left: int) -> Iterator[tuple[int, int]]:
    """The spans of working time from `here` on, backwards ones mirrored at zero."""
    reach = (left // calendar.week + 2 + len(calendar.days_off)) * 7
    for day in _days(here // DAY, step, reach):
        if calendar.works_on(day):
            hours = calendar.hours[(day - 1) % 7]
            for start, end in hours if step > 0 else reversed(hours):
                first, last = sorted((step * (day * DAY + start), step * (day * DAY + end)))
                if last > step * here:
                    yield max(first, step * here), last


def _worked_until(calendar: Calendar, moment: datetime) -> int:
    day = moment.toordinal()
    weeks, weekday = divmod(day - 1, 7)
    off = bisect_left(calendar.days_off, day)
    before = weeks * calendar.week + sum(calendar.totals[:weekday]) - calendar.time_off[off]
    return before + (_worked_on(calendar, weekday, moment) if calendar.works_on(day) else 0)


def _worked_on(calendar: Calendar, weekday: int, moment: datetime) -> int:
    time = (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)) // _MICROSECOND
    return sum(max(0, min(time, end) - start) for start, end in calendar.hours[weekday])
