"""Schedules in the words of their readers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from customary.engine.locale import locale
from customary.ui.catalogue import say_reason
from customary.ui.rules.schedule import schedule_in_words

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0 8 * * *", "Every day at 8:00 AM"),
        ("0 8,12 * * *", "Every day at 8:00 AM, 12:00 PM"),
        ("30 7 * * mon-fri", "Every Monday to Friday at 7:30 AM"),
        ("0 9 * * mon,thu", "Every Monday, Thursday at 9:00 AM"),
        ("0 9 * * sat,sun,fri", "Every Friday to Sunday at 9:00 AM"),
        ("0 9 * * 7", "Every Sunday at 9:00 AM"),
        ("0 7 1,15 * *", "Every month on day 1, 15 at 7:00 AM"),
        ("0 0 L * *", "On the last day of every month at 12:00 AM"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("* * * * *", "Every minute"),
        ("5 * * * *", "Every hour, at minute 5"),
        ("0 8-18 * * mon-fri", "Monday to Friday: Every hour, from 8:00 AM to 6:00 PM"),
        ("*/5 8-18 * * *", "Every 5 minutes, from 8:00 AM to 6:55 PM"),
    ],
)
def test_a_schedule_is_told_in_words(written: str, said: str) -> None:
    assert say_reason("en", schedule_in_words(written, locale("en", UTC))) == said


@pytest.mark.parametrize(
    "rare", ["0 9 * * 1#1", "0 9 * * 5L", "0 8 1 * mon", "0 8 * 1-3 *", "0 22 LW * *", "7,9 * * * *", "0 */2 * * *"]
)
def test_what_is_rare_stands_as_it_was_written(rare: str) -> None:
    assert say_reason("en", schedule_in_words(rare, locale("en", UTC))) == f"By the clock, at {rare}"


def test_days_are_named_in_the_readers_language() -> None:
    def said(language: str) -> str:
        return say_reason(language, schedule_in_words("0 8 * * mon-fri", locale(language, UTC)))

    assert (said("zh"), said("el")) == ("每星期一至星期五 08:00", "Κάθε Δευτέρα έως Παρασκευή στις 8:00 π.μ.")
