"""Spans between a date and what it makes due, as months and seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from customary.engine.arithmetic import add_months

Shift = tuple[int, int]
"""Months and seconds; both negative for a span before the date."""


def earlier(moment: datetime, shift: Shift, zone: ZoneInfo) -> datetime:
    """The latest date that is due at `moment` or was before, by the clocks of `zone`."""
    months, seconds = shift
    moved = moment.astimezone(zone) - timedelta(seconds=seconds)
    return add_months(moved, Decimal(-months)) or moved


def later(moment: datetime, shift: Shift, zone: ZoneInfo) -> datetime:
    """When a date is due, by the clocks of `zone`."""
    months, seconds = shift
    local = moment.astimezone(zone)
    return (add_months(local, Decimal(months)) or local) + timedelta(seconds=seconds)
