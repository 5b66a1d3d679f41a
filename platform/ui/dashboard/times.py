"""Stretches of time as people write them: a day, March 2026, the second quarter."""

from __future__ import annotations

from functools import lru_cache

from babel.dates import format_skeleton

from customary.engine.analysis import Period
from customary.engine.locale import Locale

SKELETONS = {"month": "yMMM", "quarter": "yQQQ", "year": "y"}
"""In the words of Unicode, which each language puts in its own order. A week is told by its first day."""


@lru_cache(maxsize=4096)
def period_text(period: Period, locale: Locale) -> str:
    """The day, month, quarter or year; a week by its first day. Kept, for Babel takes its time."""
    if period.unit not in SKELETONS:
        return locale.date(period.first)
    return format_skeleton(SKELETONS[period.unit], period.first, locale=locale.language)
