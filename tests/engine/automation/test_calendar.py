"""Calendars: which one counts, and the spans that it measures; the same in a filter as in a rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from customary.engine import records
from customary.engine.database import Database
from customary.engine.records import Query
from customary.engine.working import DAY

from ..conftest import DEFINITIONS, Crm
from ..model.test_compile import model

HOUR = DAY // 24
OFFICE = "calendar: office\nhours: {mon-fri: [9:00-13:00, 14:00-17:00], fri: [9:00-13:00]}\nholidays: [2026-12-25]\n"
NIGHT = "---\ncalendar: night\nhours: {sat: [22:00-24:00], sun: [0:00-6:00]}\n"


def test_hours_and_holidays_are_read_by_weekday() -> None:
    office = model(OFFICE).calendars["office"]
    assert office.hours == (((9 * HOUR, 13 * HOUR), (14 * HOUR, 17 * HOUR)),) * 4 + (((9 * HOUR, 13 * HOUR),), (), ())
    assert office.holidays == (date(2026, 12, 25),)
    assert model(OFFICE + NIGHT).calendars["night"].hours[5:] == (((22 * HOUR, 24 * HOUR),), ((0, 6 * HOUR),))


def test_the_only_calendar_counts_or_the_one_that_the_workspace_chose() -> None:
    assert model(OFFICE).calendar == "office"
    assert model(OFFICE + NIGHT).calendar == ""
    assert model(OFFICE + NIGHT, "name: T\ncalendar: night").calendar == "night"


def test_a_filter_counts_as_an_expression_does(database: Database) -> None:
    crm = Crm(database, f"{DEFINITIONS}---\n{OFFICE}")
    late = crm.add("deal", name="Late", closes=date(2026, 3, 9))
    crm.add("deal", name="Soon", closes=date(2026, 3, 8))
    with crm.reading() as work:
        condition = records.compile_where(work, "deal", "business_days(today(), closes) == 5")
        assert [each.id for each in records.select(work, "deal", Query(where=condition)).records] == [late]


def test_a_stage_asks_for_its_task_within_business_days(database: Database) -> None:
    definitions = DEFINITIONS.replace("due: 2d", "due: 2 business days")
    crm = Crm(database, f"{definitions}---\n{OFFICE}")
    crm.now = datetime(2026, 12, 24, 9, 30, tzinfo=UTC)
    crm.add("deal", name="Big")
    with crm.reading() as work:
        (task,) = records.select(work, "task", Query()).records
        assert task.values["due"] == datetime(2026, 12, 29, 9, 30, 1, tzinfo=UTC)


WORKFLOW = """
workflow: call
when: {created: lead}
do:
  - create: {task: {title: Call, due: 4 working hours}}
"""


def test_a_rule_sets_a_date_by_working_hours(house: Callable[..., Any]) -> None:
    there = house("calendar: office\nholidays: [2026-11-23]\n---\n" + WORKFLOW, packs="sales")
    there.create("lead", name="X")
    there.settle()
    assert called(there) == datetime(2026, 11, 24, 13, tzinfo=UTC)


def test_months_from_now_fit_a_moment_too(house: Callable[..., Any]) -> None:
    there = house(WORKFLOW.replace("4 working hours", "6months"), packs="sales")
    there.create("lead", name="X")
    there.settle()
    assert timedelta(0) < called(there) - datetime(2027, 5, 23, tzinfo=UTC) < timedelta(days=1)


def called(house: Any) -> datetime:
    """When the call is due that the workflow asked for."""
    return next(each["due"] for each in house.all("task") if each["title"] == "Call")
