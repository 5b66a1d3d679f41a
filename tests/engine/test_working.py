"""Working days and working time, counted by a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customary.engine.arithmetic import local, on_the_clock
from customary.engine.working import (
    DAY,
    Calendar,
    add_business_days,
    add_working_time,
    business_days,
    calendar_of,
    working_time,
)

HOUR = DAY // 24
OFFICE = Calendar("office", (((9 * HOUR, 13 * HOUR), (14 * HOUR, 17 * HOUR)),) * 5 + ((), ()), (date(2026, 12, 25),))
ATHENS = ZoneInfo("Europe/Athens")
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2026, 12, 21), date(2026, 12, 21), 0),
        (date(2026, 12, 21), date(2026, 12, 22), 1),
        (date(2026, 12, 18), date(2026, 12, 21), 1),
        (date(2026, 12, 18), date(2026, 12, 20), 0),
        (date(2026, 12, 24), date(2026, 12, 28), 1),
        (date(2026, 12, 28), date(2026, 12, 24), -1),
    ],
)
def test_weekends_and_holidays_are_no_business_days(start: date, end: date, count: int) -> None:
    assert business_days(OFFICE, start, end) == count


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2026, 12, 23), 1, date(2026, 12, 24)),
        (date(2026, 12, 23), 2, date(2026, 12, 28)),
        (date(2026, 12, 26), 0, date(2026, 12, 26)),
        (date(2026, 12, 26), -1, date(2026, 12, 24)),
        (date(2026, 12, 23), 10**30, None),
        (date(9999, 12, 31), 1, None),
    ],
)
def test_business_days_are_counted_on_and_back(day: date, count: int, found: date | None) -> None:
    assert add_business_days(OFFICE, day, count) == found


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (datetime(2026, 12, 21, 9), 1, datetime(2026, 12, 21, 10)),
        (datetime(2026, 12, 21, 12), 2, datetime(2026, 12, 21, 15)),
        (datetime(2026, 12, 24, 16), 2, datetime(2026, 12, 28, 10)),
        (datetime(2026, 12, 24, 16), 1, datetime(2026, 12, 24, 17)),
        (datetime(2026, 12, 26, 3), 0, datetime(2026, 12, 26, 3)),
        (datetime(2026, 12, 28, 10), -2, datetime(2026, 12, 24, 16)),
        (datetime(2026, 12, 26, 3), -7, datetime(2026, 12, 24, 9)),
    ],
)
def test_working_time_passes_only_while_somebody_works(start: datetime, hours: int, end: datetime) -> None:
    assert add_working_time(OFFICE, start, timedelta(hours=hours)) == end
    assert working_time(OFFICE, start, end) == timedelta(hours=hours)


@given(DAYS, st.integers(-400, 400).filter(bool))
def test_counting_the_days_that_were_added_gives_their_number(day: date, count: int) -> None:
    found = add_business_days(OFFICE, day, count)
    assert found is not None
    assert OFFICE.works_on(found.toordinal())
    counted = business_days(OFFICE, day, found)
    assert counted == count if count > 0 else counted in (count, count + 1)


@given(MOMENTS, st.timedeltas(timedelta(hours=-900), timedelta(hours=900)))
def test_measuring_the_time_that_was_added_gives_its_length(moment: datetime, span: timedelta) -> None:
    found = add_working_time(OFFICE, moment, span)
    assert found is not None
    assert working_time(OFFICE, moment, found) == span


@given(st.lists(MOMENTS, min_size=3, max_size=3))
def test_parts_of_a_working_time_add_up(moments: list[datetime]) -> None:
    parts = [working_time(OFFICE, *each) for each in pairwise(moments)]
    assert sum(parts, timedelta()) == working_time(OFFICE, moments[0], moments[-1])


def test_a_calendar_survives_being_written_down() -> None:
    assert calendar_of(OFFICE.text) == OFFICE


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        (datetime(2026, 7, 1, 12), datetime(2026, 7, 1, 9, tzinfo=UTC)),
        (datetime(2026, 3, 29, 3, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 3, 30), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (datetime(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_on_the_clock_is_one_moment(wall: datetime, moment: datetime) -> None:
    assert on_the_clock(wall, ATHENS) == moment


@given(st.datetimes(datetime(1950, 1, 1), datetime(2037, 1, 1)))
def test_the_clock_shows_a_moment_again(wall: datetime) -> None:
    shown = local(on_the_clock(wall, ATHENS), ATHENS).replace(tzinfo=None)
    assert shown == wall or shown - wall == timedelta(hours=1)
