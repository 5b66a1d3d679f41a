"""Durations as definitions write them: `30min`, `3d`, `6months`, `1y`, `2 business days`, `4 working hours`."""

from __future__ import annotations

import re

FORM = re.compile(r"(\d{1,6}) ?(min|h|d|w|months?|y|business days?|working hours?)")

_SECONDS = {"min": 60, "h": 3_600, "d": 86_400, "w": 604_800, "month": 2_592_000, "months": 2_592_000, "y": 31_536_000}


def seconds(text: str) -> int | None:
    """The length of a duration in seconds (a month counts 30 days, a year 365), or None when it is none, or one that
    only a calendar can measure."""
    found = FORM.fullmatch(text.strip())
    return int(found[1]) * _SECONDS[found[2]] if found and found[2] in _SECONDS else None


def length(text: str) -> tuple[int, int]:
    """A duration as months and seconds, for those that a calendar of days can measure.

    >>> length("6months"), length("2d")
    ((6, 0), (0, 172800))
    """
    found = FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    count, unit = int(found[1]), found[2].removesuffix("s")
    if unit in ("month", "y"):
        return count * (12 if unit == "y" else 1), 0
    return 0, count * _SECONDS[found[2]]


def from_now(text: str, *, day: bool) -> str | None:
    """The expression for that long from now (as a day or a moment), or None when it is no duration."""
    found = FORM.fullmatch(text.strip())
    if not found:
        return None
    count, unit = int(found[1]), found[2].removesuffix("s")
    if unit in ("month", "y"):
        return _on_day(f"add_months(today(), {count * (12 if unit == 'y' else 1)})", day)
    if unit == "business day":
        return _on_day(f"business_days(today(), {count})", day)
    length = f'duration("{count}h")' if unit == "working hour" else f'duration("{count}{found[2]}")'
    moment = f"working_time(now(), {length})" if unit == "working hour" else f"now() + {length}"
    return f"date({moment})" if day else moment


def _on_day(moved: str, day: bool) -> str:
    return moved if day else f"datetime({moved}, time(now()))"
