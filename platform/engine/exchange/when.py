"""Relative days and moments as sample data gives them: `today`, `-3d`, `+2w`, `-1months 10:30`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from customary.engine.locale.reading import shifted

OFFICE_HOURS = time(10)
"""The time of day of a moment that names only its day."""

_UNITS = {"d": "d", "w": "w", "months": "m", "month": "m", "y": "y"}
_DISTANCE = re.compile(r"([+-]?\d{1,5})(d|w|months?|y)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def read_day(text: str, today: date) -> date:
    """A day from `today`, a distance from today, or an ISO date. Raises ValueError.

    >>> read_day("-1w", date(2026, 3, 9))
    datetime.date(2026, 3, 2)
    """
    text = text.strip()
    if text == "today":
        return today
    if found := _DISTANCE.fullmatch(text):
        day = shifted(today, int(found[1]), _UNITS[found[2]])
        if day is None:
            raise ValueError(text)
        return day
    return date.fromisoformat(text)


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A moment in UTC from `now`, a day, or a day with a time of day in `zone`. Raises ValueError."""
    text = text.strip()
    if text == "now":
        return now
    day, _, clock = text.partition(" ")
    found = _CLOCK.fullmatch(clock.strip())
    if clock and not found:
        return datetime.fromisoformat(text).astimezone(UTC)
    hour = time(int(found[1]), int(found[2])) if found else OFFICE_HOURS
    local = datetime.combine(read_day(day, now.astimezone(zone).date()), hour, zone)
    return local.astimezone(UTC)
