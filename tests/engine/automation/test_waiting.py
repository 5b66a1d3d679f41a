"""Runs that wait: for a while, until a day, for what happens to their record, under the rule they began with."""

from __future__ import annotations

from collections.abc import Callable

from customary.engine.automation import cancel, try_again
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.definitions.kinds.workflow import EVENTS

from .test_rules import VISIT, rule

REMIND = """
  - set: {town: asked}
  - wait: 2d
  - set: {town: reminded}
"""


def test_a_run_goes_on_when_its_time_has_come(house: Callable) -> None:
    home = house(VISIT + rule("remind", "{created: visit}", REMIND))
    id = home.create("visit", name="A")
    home.settle()
    [run] = home.runs()
    assert (home.get("visit", id)["town"], run.status) == ("asked", "waiting")
    assert [(step.kind, step.status) for step in home.steps(run)] == [("set", "done"), ("wait", "waiting")]
    home.later(hours=47)
    assert home.get("visit", id)["town"] == "asked"
    home.later(hours=1)
    [run] = home.runs()
    assert (home.get("visit", id)["town"], run.status) == ("reminded", "done")
    assert [(step.position, step.status) for step in home.steps(run)] == [("1", "done"), ("2", "done"), ("3", "done")]


def test_what_the_steps_gave_is_kept_while_a_run_waits(house: Callable) -> None:
    steps = """
  - create: {activity: {subject: Call, kind: call}}
    as: call
  - wait: {for: 1h}
    as: rest
  - update: {record: =call, set: {subject: '{{ rest.reason }}'}}
"""
    home = house(VISIT + rule("twice", "{created: visit}", steps))
    home.create("visit", name="A")
    home.settle()
    home.later(hours=1)
    assert [each["subject"] for each in home.all("activity")] == ["time"]


def test_an_event_ends_a_waiting_before_its_time(house: Callable) -> None:
    steps = """
  - wait: {for: 2d, event: {changed: visit.minutes}}
    as: answer
  - choose:
      - case: answer.reason == "event"
        do: [{set: {town: answered}}]
      - otherwise: [{set: {town: silent}}]
"""
    home = house(VISIT + rule("listen", "{created: visit}", steps))
    early, late = home.create("visit", name="A"), home.create("visit", name="B")
    home.settle()
    home.update("visit", early, name="C")
    home.later(hours=1)
    assert [run.status for run in home.runs()] == ["waiting", "waiting"]
    home.update("visit", early, minutes=5)
    home.later(hours=1)
    assert (home.get("visit", early)["town"], home.get("visit", late)["town"]) == ("answered", None)
    home.later(days=2)
    assert home.get("visit", late)["town"] == "silent"


def test_what_a_run_can_wait_for_can_be_told_of_a_change() -> None:
    assert all(hasattr(trigger_kinds()[kind], "matches") for kind in EVENTS)


def test_a_run_waits_until_a_condition_holds_and_not_at_all_when_it_does(house: Callable) -> None:
    steps = "  - wait: {until: minutes > 60}\n  - set: {town: long}"
    home = house(VISIT + rule("long", "{created: visit}", steps))
    short, long = home.create("visit", name="A"), home.create("visit", name="B", minutes=90)
    home.settle()
    assert (home.get("visit", short)["town"], home.get("visit", long)["town"]) == (None, "long")
    home.later(days=400)
    assert home.get("visit", short)["town"] is None
    home.update("visit", short, minutes=61)
    home.settle()
    assert home.get("visit", short)["town"] == "long"


def test_a_run_waits_until_a_day_of_the_workspace(house: Callable) -> None:
    steps = "  - wait: {until: day}\n  - set: {town: today}"
    fields = VISIT.replace("fields:", "fields:\n  day: {type: date}", 1)
    home = house(fields + rule("on_the_day", "{created: visit}", steps), settings="time_zone: Asia/Shanghai\n")
    id, dayless = home.create("visit", name="A", day=home.now.date().replace(day=25)), home.create("visit", name="B")
    home.settle()
    home.later(hours=30)
    assert home.get("visit", id)["town"] is None
    home.later(hours=1)
    assert home.get("visit", id)["town"] == "today"
    skipped = next(run for run in home.runs() if run.record == dayless)
    assert [step.status for step in home.steps(skipped)] == ["skipped", "done"]


def test_a_choice_is_gone_on_with_where_it_waited(house: Callable) -> None:
    steps = """
  - choose:
      - case: minutes > 60
        do:
          - set: {minutes: 10}
          - wait: 1d
          - set: {town: inside}
      - otherwise: [{set: {town: other}}]
  - set: {done: true}
"""
    home = house(VISIT + rule("nested", "{created: visit}", steps))
    id = home.create("visit", name="A", minutes=90)
    home.settle()
    home.later(days=1)
    assert (home.get("visit", id)["town"], home.get("visit", id)["done"]) == ("inside", True)


def test_a_rule_stops_a_run_that_waits_as_soon_as_its_condition_says(house: Callable) -> None:
    waits = rule("chase", "{created: visit}", REMIND).replace("do:", "stop: done\ndo:")
    home = house(VISIT + waits)
    id = home.create("visit", name="A")
    home.settle()
    home.update("visit", id, done=True)
    home.settle()
    [run] = home.runs()
    assert (run.status, run.reason) == ("stopped", "The condition under which this rule stops holds.")
    home.later(days=3)
    assert home.get("visit", id)["town"] == "asked"


def test_a_run_ends_with_its_record(house: Callable) -> None:
    home = house(VISIT + rule("remind", "{created: visit}", REMIND))
    id = home.create("visit", name="A")
    home.settle()
    home.delete("visit", id)
    home.settle()
    [run] = home.runs()
    assert (run.status, run.reason) == ("stopped", "The record is not there any more.")


def test_a_waiting_run_keeps_the_steps_it_began_with_and_its_record_is_not_held_up(house: Callable) -> None:
    home = house(VISIT + rule("remind", "{created: visit}", REMIND))
    old = home.create("visit", name="A")
    home.settle()
    home.redefine(VISIT + rule("remind", "{created: visit}", REMIND.replace("reminded", "pestered")))
    new = home.create("visit", name="B")
    home.settle()
    home.later(days=2)
    assert (home.get("visit", old)["town"], home.get("visit", new)["town"]) == ("reminded", "pestered")
    home.redefine(VISIT + rule("other", "{updated: visit}", "  - set: {done: true}"))
    home.update("visit", old, minutes=3)
    home.settle()
    assert home.get("visit", old)["done"] is True


def test_a_rule_that_was_taken_away_is_still_taken_to_its_end(house: Callable) -> None:
    home = house(VISIT + rule("remind", "{created: visit}", REMIND))
    id = home.create("visit", name="A")
    home.settle()
    home.redefine(VISIT)
    home.later(days=2)
    assert home.get("visit", id)["town"] == "reminded"


def test_a_run_whose_steps_name_what_is_gone_fails_and_says_so(house: Callable) -> None:
    home = house(VISIT + rule("remind", "{created: visit}", REMIND))
    home.create("visit", name="A")
    home.settle()
    home.redefine(VISIT.replace("  town: {type: text}\n", ""))
    home.later(days=2)
    [run] = home.runs()
    assert run.status == "failed"
    assert "the rule as it was when this run began does not fit any more: “town” is not a field" in str(run.reason)


def test_a_waiting_run_can_be_cancelled_and_a_failed_one_goes_on_where_it_waited(house: Callable) -> None:
    steps = "  - wait: 1d\n  - set: {name: =town}\n  - set: {done: true}"
    home = house(VISIT + rule("call_it", "{created: visit}", steps))
    one, other = home.create("visit", name="A"), home.create("visit", name="B")
    home.settle()
    [broken, unwanted] = home.runs()
    assert home.do(lambda work: cancel(work, unwanted.id))
    home.later(days=1)
    [broken, unwanted] = home.runs()
    assert (broken.status, unwanted.status, home.get("visit", other)["done"]) == ("failed", "stopped", False)
    home.update("visit", one, town="Paris")
    assert home.do(lambda work: try_again(work, broken.id))
    home.settle()
    assert (home.get("visit", one)["name"], home.get("visit", one)["done"]) == ("Paris", True)
    assert not home.do(lambda work: cancel(work, broken.id))


def test_a_loop_does_its_steps_for_each_record_of_a_list(house: Callable) -> None:
    steps = """
  - for_each:
      in: account.contacts.filter(c, c.email != null)
      as: person
      do:
        - update: {record: =person, set: {name: '{{ person.name }} of {{ name }}'}}
        - create: {activity: {subject: 'Write to {{ person.email }}', kind: note}}
  - set: {done: true}
"""
    home = house(VISIT + rule("all_of_them", "{created: visit}", steps))
    account = home.create("account", name="Acme")
    for name in ("ann", "bob"):
        home.create("contact", name=name, email=f"{name}@example.com", account=account)
    home.create("contact", name="silent", account=account)
    id = home.create("visit", name="Acme", account=account)
    home.settle()
    assert sorted(each["name"] for each in home.all("contact")) == ["ann of Acme", "bob of Acme", "silent"]
    written = sorted(each["subject"] for each in home.all("activity"))
    assert written == ["Write to ann@example.com", "Write to bob@example.com"]
    assert home.get("visit", id)["done"] is True
    assert [step.position for step in home.steps(home.runs()[0])] == ["1", "1.1.1", "1.1.2", "1.2.1", "1.2.2", "2"]


def test_a_step_moves_and_a_step_deletes(house: Callable) -> None:
    steps = (
        "  - create: {activity: {subject: X, kind: note}}\n    as: note\n  - delete: {record: =note}\n  - move: made"
    )
    home = house(VISIT + rule("finish", "{changed: visit.minutes}", steps))
    id = home.create("visit", name="A")
    home.update("visit", id, minutes=5)
    home.settle()
    assert home.get("visit", id)["stage"] == "made"
    assert home.all("activity") == []
