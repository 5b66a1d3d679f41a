"""Kinds whose values formulas may give, alike in Python, in lists and in sums."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from customary.engine import records
from customary.engine.database import Database
from customary.engine.records import Query

from ..conftest import DEFINITIONS, Crm

SHIFT = """
---
entity: shift
title: name
fields:
  name: {type: text, required: true}
  starts: {type: time}
  ends: {type: time}
  pause: {type: duration}
  works: {type: duration, formula: ends - starts - pause}
  score: {type: integer}
  stars: {type: rating, formula: score / 20}
  late: {type: boolean, formula: 'starts > time("12:00")'}
"""


@pytest.fixture
def crm(database: Database) -> Crm:
    crm = Crm(database, DEFINITIONS + SHIFT)
    crm.add("shift", name="Early", starts=time(6), ends=time(14, 30), pause=timedelta(minutes=30), score=88)
    crm.add("shift", name="Late", starts=time(14), ends=time(22), pause=timedelta(hours=1), score=33)
    crm.add("shift", name="Open", score=3)
    return crm


def test_durations_and_ratings_are_computed_in_sql_as_in_python(crm: Crm) -> None:
    wanted: dict[str, Any] = {
        "Early": (timedelta(hours=8), 4, False),
        "Late": (timedelta(hours=7), 2, True),
        "Open": (None, None, None),
    }
    with crm.reading() as work:
        page = records.select(work, "shift", Query(sort=(("works", True),)))
        shown = {each.title: tuple(each.values[name] for name in ("works", "stars", "late")) for each in page.records}
        assert shown == wanted
        assert [each.title for each in page.records] == ["Early", "Late", "Open"]
        for record in page.records:
            whole = records.get(work, "shift", record.id).values
            assert tuple(whole[name] for name in ("works", "stars", "late")) == wanted[record.title]
        longer = records.compile_where(work, "shift", 'works > duration("7h30min") && pause < duration("45min")')
        assert [each.title for each in records.select(work, "shift", Query(where=longer)).records] == ["Early"]


def test_durations_add_up_and_have_a_mean(crm: Crm) -> None:
    with crm.reading() as work:
        (group,) = records.aggregate(work, "shift", sums=["pause"], avgs=["pause"], maxs=["pause", "ends"])
        assert group.values == {
            "sum": {"pause": timedelta(minutes=90)},
            "avg": {"pause": timedelta(minutes=45)},
            "max": {"pause": timedelta(hours=1), "ends": time(22)},
        }
