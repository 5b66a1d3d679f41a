"""Periods as a calendar cuts them."""

from __future__ import annotations

from datetime import date

import pytest

from customary.engine.analysis.period import Period, up_to


@pytest.mark.parametrize(
    ("unit", "weekday", "first", "last"),
    [
        ("day", "mon", date(2024, 2, 29), date(2024, 2, 29)),
        ("week", "mon", date(2024, 2, 26), date(2024, 3, 3)),
        ("week", "sun", date(2024, 2, 25), date(2024, 3, 2)),
        ("month", "mon", date(2024, 2, 1), date(2024, 2, 29)),
        ("quarter", "mon", date(2024, 1, 1), date(2024, 3, 31)),
        ("year", "mon", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_day_lies_in_its_period_and_those_before_it_join_on(unit, weekday, first, last):
    day = date(2024, 2, 29)
    found = list(up_to(day, unit, 5, weekday))
    assert found[-1] == Period.of(day, unit, weekday) == Period(unit, first, last)
    assert all((after.first - before.last).days == 1 for before, after in zip(found, found[1:], strict=False))


def test_the_same_stretch_of_a_shorter_period_ends_with_it():
    assert Period.of(date(2025, 3, 31), "month").moved(-1).until(31) == Period(
        "month", date(2025, 2, 1), date(2025, 2, 28)
    )
