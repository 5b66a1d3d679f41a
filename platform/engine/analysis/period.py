"""Periods: stretches of days as a calendar cuts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from customary.engine.arithmetic import add_months

MONTHS = {"month": 1, "quarter": 3, "year": 12}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both of them in it; `unit` is what it was cut by."""

    unit: str
    first: date
    last: date

    @classmethod
    def of(cls, day: date, unit: str, first_weekday: str = "mon") -> Period:
        """The day, week, month, quarter or year that a day lies in."""
        first = _begin(day, unit, first_weekday)
        return cls(unit, first, _moved(first, unit, 1) - _DAY)

    def moved(self, by: int) -> Period:
        """The one so many later, or earlier where that is negative."""
        first = _moved(self.first, self.unit, by)
        return Period(self.unit, first, _moved(first, self.unit, 1) - _DAY)

    def until(self, days: int) -> Period:
        """Its first days, of which there may be fewer."""
        return Period(self.unit, self.first, min(self.last, self.first + (days - 1) * _DAY))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def up_to(day: date, unit: str, count: int, first_weekday: str = "mon") -> Iterator[Period]:
    """So many periods one after the other, of which the last has the day in it."""
    last = Period.of(day, unit, first_weekday)
    yield from (last.moved(by) for by in range(1 - count, 1))


def _begin(day: date, unit: str, first_weekday: str) -> date:
    if unit == "week":
        return day - (day.weekday() - WEEKDAYS.index(first_weekday)) % 7 * _DAY
    if unit == "day":
        return day
    months = MONTHS[unit]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _moved(first: date, unit: str, by: int) -> date:
    if unit in MONTHS:
        return add_months(first, Decimal(by * MONTHS[unit])) or first
    return first + by * (7 if unit == "week" else 1) * _DAY
