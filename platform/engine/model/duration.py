"""Durations as definitions write them: `30min`, `2h`, `3d`, `1w`, `6months`, `1y`."""

from __future__ import annotations

import re

FORM = re.compile(r"(\d{1,6}) ?(min|h|d|w|months?|y)")

_SECONDS = {"min": 60, "h": 3_600, "d": 86_400, "w": 604_800, "month": 2_592_000, "months": 2_592_000, "y": 31_536_000}


def seconds(text: str) -> int | None:
    """The length of a duration in seconds (a month counts 30 days, a year 365), or None when it is none."""
    found = FORM.fullmatch(text.strip())
    return int(found[1]) * _SECONDS[found[2]] if found else None


def from_now(text: str, *, day: bool) -> str | None:
    """The expression for that long from now (as a day or a moment), or None when it is no duration."""
    found = FORM.fullmatch(text.strip())
    if not found:
        return None
    count, unit = int(found[1]), found[2].removesuffix("s")
    if unit in ("month", "y"):
        moved = f"add_months(today(), {count * (12 if unit == 'y' else 1)})"
        return moved if day else f"datetime({moved})"
    length = f'duration("{count}{found[2]}")'
    return f"date(now() + {length})" if day else f"now() + {length}"
