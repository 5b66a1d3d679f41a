"""Triggers beyond a change of the record itself: thresholds, rows that belong to it, time, silence, imports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from customary.engine.automation.clock import tick
from customary.engine.fields.any_link import AnyLink
from customary.engine.messages import letters
from customary.engine.records.work import Cause
from customary.engine.records.write import create

from .conftest import ON_SQLITE
from .test_rules import VISIT, rule

NOTE = "  - create: {activity: {subject: '{{ name }}', kind: note}}"
DATED = VISIT.replace("fields:", "fields:\n  day: {type: date}\n  at: {type: datetime}", 1)


def told(home) -> list[str]:
    return sorted(each["subject"] for each in home.all("activity"))


def test_a_threshold_starts_a_rule_when_it_is_passed_and_not_while_it_is(house: Callable) -> None:
    above = "{crosses: {field: visit.minutes, above: 60}}"
    below = "{crosses: {field: visit.minutes, below: 10}}"
    home = house(VISIT + rule("long", above, NOTE) + rule("short", below, "  - set: {town: short}"))
    born, grown = home.create("visit", name="born", minutes=90), home.create("visit", name="grown", minutes=60)
    home.settle()
    assert told(home) == ["born"]
    for minutes in (61, 70, 60, 61):
        home.update("visit", grown, minutes=minutes)
        home.settle()
    assert told(home) == ["born", "grown", "grown"]
    home.update("visit", born, minutes=9)
    home.settle()
    assert home.get("visit", born)["town"] == "short"


@ON_SQLITE
def test_a_threshold_is_passed_by_a_change_whatever_came_after_it(house: Callable) -> None:
    home = house(VISIT + rule("long", "{crosses: {field: visit.minutes, above: 60}}", "  - note: =name"))
    quick = home.create("visit", name="quick", minutes=0)
    for minutes in (61, 70, 10, 99, 20):
        home.update("visit", quick, minutes=minutes)
    home.settle()
    assert [each["subject"] for each in home.all("activity")] == ["quick", "quick"]


@ON_SQLITE
def test_a_rule_tells_of_what_is_archived_or_gone(house: Callable) -> None:
    steps = "  - note: =name + '!'\n  - task: {title: 'Look after {{ name }}'}\n"
    steps += "  - send_email: {to: zoe@example.com, subject: =name, body: =name + '?'}"
    home = house(VISIT + rule("late", "[{archived: visit}, {deleted: visit}]", steps))
    old, gone = home.create("visit", name="old"), home.create("visit", name="gone")
    home.archive("visit", old)
    home.delete("visit", gone)
    home.settle()
    assert [each.status for each in home.runs()] == ["done", "done"]
    assert [(each["subject"], each["about"].id) for each in home.all("activity")] == [("old!", old)]
    about = {each["title"]: each["about"] and each["about"].id for each in home.all("task")}
    assert about == {"Look after old": old, "Look after gone": None}
    sent = home.do(lambda work: letters(work.connection))
    assert sorted((each.subject, each.body) for each in sent) == [("gone", "gone?"), ("old", "old?")]


def test_a_rule_is_about_the_record_whose_rows_change(house: Callable) -> None:
    more = "  - set: {town: '{{ size(stops) }} stops'}"
    stop = """---
entity: stop
fields:
  name: {type: text}
  note: {type: text}
  visit: {type: link, to: visit, inverse: stops}
"""
    when = "{related: {of: visit, changed: stop}}"
    named = rule("named", "{related: {of: visit, changed: stop.name}}", NOTE)
    home = house(VISIT + stop + rule("count", when, more) + named)
    one, other = home.create("visit", name="one"), home.create("visit", name="other")
    first = home.create("stop", name="A", visit=one)
    home.settle()
    assert (home.get("visit", one)["town"], home.get("visit", other)["town"]) == ("1 stops", None)
    home.update("stop", first, visit=other)
    home.settle()
    assert (home.get("visit", one)["town"], home.get("visit", other)["town"]) == ("0 stops", "1 stops")
    home.update("stop", first, note="x")
    home.settle()
    home.delete("stop", first)
    home.settle()
    assert home.get("visit", other)["town"] == "0 stops"
    assert told(home) == ["one", "other"]
    [run] = [run for run in home.runs() if run.workflow == "named" and run.record == other]
    assert (run.entity, run.status) == ("visit", "done")


def test_a_date_that_comes_near_starts_a_rule_once_and_again_when_it_moves(house: Callable) -> None:
    when = "{due: {field: visit.day, before: [2d, 1w]}}"
    home = house(DATED + rule("remind", when, NOTE, where="!done"))
    home.later(days=0)
    day = home.now.date()
    near = home.create("visit", name="near", day=day + timedelta(days=5))
    home.create("visit", name="far", day=day + timedelta(days=8))
    home.create("visit", name="done", day=day + timedelta(days=5), done=True)
    home.create("visit", name="dayless")
    home.later(days=1)
    assert told(home) == ["far"]
    home.later(days=2)
    assert told(home) == ["far", "near"]
    home.later(days=1)
    assert told(home) == ["far", "near"]
    home.update("visit", near, day=day + timedelta(days=9))
    home.later(days=3)
    assert told(home) == ["far", "far", "near", "near"]


def test_what_nobody_looked_at_for_a_while_is_made_up_for(house: Callable) -> None:
    home = house(DATED + rule("after", "{due: {field: visit.at, after: 1h}}", NOTE))
    home.later(days=0)
    home.create("visit", name="A", at=home.now + timedelta(hours=2))
    home.create("visit", name="past", at=home.now - timedelta(hours=2))
    home.later(days=30)
    assert told(home) == ["A"]
    [run] = home.runs()
    assert run.cause == {"origin": "time", "trigger": "due"}


def test_anniversaries_come_back_and_the_leap_day_in_every_year(house: Callable) -> None:
    home = house(DATED + rule("birthday", "{due: {field: visit.day, every: year}}", NOTE))
    home.later(days=0)
    home.create("visit", name="leap", day=date(2024, 2, 29))
    home.create("visit", name="autumn", day=date(1990, 11, 30))
    for _ in range(4):
        home.later(days=100)
    assert told(home) == ["autumn", "autumn", "leap"]
    home.later(days=365)
    assert told(home) == ["autumn", "autumn", "autumn", "leap", "leap"]


def test_months_before_a_date_are_months_of_the_calendar(house: Callable) -> None:
    home = house(DATED + rule("renew", "{due: {field: visit.day, before: 3months}}", NOTE))
    home.later(days=0)
    home.create("visit", name="A", day=date(2027, 2, 28))
    for days, found in ((4, []), (1, ["A"]), (40, ["A"])):
        home.later(days=days)
        assert told(home) == found


def test_a_record_that_falls_silent_starts_a_rule_once_each_time(house: Callable) -> None:
    about = "---\nentity: activity\nfields: {about: {to: [visit, account, contact]}}\n"
    home = house(VISIT + about + rule("idle", "{idle: {entity: visit, after: 14d}}", "  - set: {town: cold}"))
    home.later(days=0)
    quiet, called = home.create("visit", name="quiet"), home.create("visit", name="called")
    home.later(days=10)
    home.create("activity", subject="Call", kind="call", about=AnyLink("visit", called))
    home.later(days=5)
    assert (home.get("visit", quiet)["town"], home.get("visit", called)["town"]) == ("cold", None)
    home.later(days=10)
    assert home.get("visit", called)["town"] == "cold"
    assert [run.record for run in home.runs()] == [quiet, called]
    home.later(days=5)
    assert [run.record for run in home.runs()] == [quiet, called, quiet]


def test_only_what_an_import_brought_starts_a_rule_for_imports(house: Callable) -> None:
    home = house(VISIT + rule("welcome", "{imported: visit}", NOTE))
    home.create("visit", name="typed")
    home.do(lambda work: create(work.because(origin=Cause("import").origin), "visit", {"name": "read"}))
    home.do(lambda work: create(work.because(origin="import", quiet=True), "visit", {"name": "quiet"}))
    home.settle()
    assert told(home) == ["read"]


def test_two_clocks_do_not_begin_a_run_twice(house: Callable) -> None:
    home = house(DATED + rule("remind", "{due: {field: visit.day}}", NOTE))
    home.later(days=0)
    home.create("visit", name="A", day=home.now.date() + timedelta(days=1))
    home.now += timedelta(days=2)
    assert [tick(home.database, home.releases, home.now) for _ in range(3)] == [1, 0, 0]


def test_the_clock_starts_a_rule_about_no_record_at_its_times(house: Callable) -> None:
    steps = """
  - for_each:
      in: all(visit).filter(v, !v.done)
      as: open
      do: [{update: {record: =open, set: {town: asked}}}]
  - create: {activity: {subject: '{{ size(all(visit)) }} visits', kind: note}}
"""
    home = house(
        VISIT + rule("mornings", '{schedule: "0 8 * * mon-fri"}', steps), settings="time_zone: Asia/Shanghai\n"
    )
    open, done = home.create("visit", name="A"), home.create("visit", name="B", done=True)
    home.later(hours=0)
    home.later(hours=14)
    assert told(home) == []
    home.later(hours=1)
    assert (told(home), home.get("visit", open)["town"], home.get("visit", done)["town"]) == (
        ["2 visits"],
        "asked",
        None,
    )
    home.later(days=4)
    assert told(home) == ["2 visits"] * 2
    [first, _] = home.runs()
    assert (first.entity, first.status, first.cause["trigger"]) == ("", "done", "schedule")


def test_a_run_about_no_record_waits_and_tells_people(house: Callable) -> None:
    steps = "  - wait: 1h\n  - task: {title: Look}\n  - send_email: {to: [a@example.com], subject: Hi, body: Look}"
    home = house(VISIT + rule("daily", '{schedule: "0 12 * * *"}', steps))
    home.later(hours=0)
    home.later(hours=4)
    assert [run.status for run in home.runs()] == ["waiting"]
    home.later(hours=1)
    assert [each["title"] for each in home.all("task")] == ["Look"]
    assert [run.status for run in home.runs()] == ["done"]
