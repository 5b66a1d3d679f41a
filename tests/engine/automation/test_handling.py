"""What people do with runs and rules: pause and resume, again and on, many at once, on to the newest rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from customary.engine.automation import Wanted, cancel, count, figures, go_on, move, pause, paused, resume, try_again
from customary.engine.automation.watching.figures import begins_next

VISIT = """
entity: visit
fields:
  name: {type: text}
  town: {type: text, required: 'town != null'}
  minutes: {type: integer}
  done: {type: boolean}
  on: {type: date}
"""


def rule(name: str, when: str, steps: str) -> str:
    return f"---\nworkflow: {name}\nwhen: {when}\ndo:\n{steps}\n"


SET = rule("mark", "{created: visit}", "  - set: {town: Rome}")


def test_what_happens_while_a_rule_is_paused_is_done_when_it_is_resumed(house: Callable) -> None:
    home = house(VISIT + SET, "core")
    assert home.do(lambda work: pause(work, "mark")) and not home.do(lambda work: pause(work, "mark"))
    ids = [home.create("visit", name=name) for name in "AB"]
    home.settle()
    assert [(each.status, home.get("visit", each.record)["town"]) for each in home.runs()] == [("held", None)] * 2
    [told] = home.do(lambda work: paused(work)).values()
    assert (told.workflow, told.held, told.at) == ("mark", 2, home.now)
    assert home.do(lambda work: resume(work, "mark")) == 2
    home.settle()
    assert [home.get("visit", id)["town"] for id in ids] == ["Rome", "Rome"]
    assert home.do(lambda work: paused(work)) == {}


def test_what_happened_while_a_rule_was_paused_can_be_skipped(house: Callable) -> None:
    home = house(VISIT + SET, "core")
    before = home.create("visit", name="A")
    home.settle()
    home.do(lambda work: pause(work, "mark"))
    home.create("visit", name="B")
    home.settle()
    assert home.do(lambda work: resume(work, "mark", skip=True)) == 1
    home.settle()
    old, new = home.runs()
    assert (old.status, old.record, new.status) == ("done", before, "stopped")
    assert new.reason == "It was skipped: the rule was paused when this happened."


def test_a_run_that_waits_stands_still_while_its_rule_is_paused(house: Callable) -> None:
    home = house(VISIT + rule("slow", "{created: visit}", "  - wait: 1d\n  - set: {town: Rome}"), "core")
    id = home.create("visit", name="A")
    home.settle()
    home.do(lambda work: pause(work, "slow"))
    home.later(days=2)
    assert home.get("visit", id)["town"] is None
    home.do(lambda work: resume(work, "slow", skip=True))
    home.settle()
    assert home.get("visit", id)["town"] == "Rome"


def test_a_thousand_runs_are_let_on_at_once_and_others_are_left_alone(house: Callable) -> None:
    home = house(VISIT + rule("slow", "{created: visit}", "  - wait: 1d\n  - set: {name: =town}\n") + SET, "core")
    for name in "ABC":
        home.create("visit", name=name)
    home.settle()
    slow = Wanted(workflow="slow", status="waiting")
    assert home.do(lambda work: count(work, slow)) == 3
    assert home.do(lambda work: go_on(work, slow)) == 3
    assert home.do(lambda work: cancel(work, Wanted(workflow="mark"))) == 0
    home.settle()
    assert {each.status for each in home.runs()} == {"done"}
    assert [each["name"] for each in home.all("visit")] == ["Rome"] * 3
    assert home.do(lambda work: try_again(work, slow)) == 0


def test_runs_are_found_by_rule_status_record_and_time(house: Callable) -> None:
    home = house(VISIT + SET, "core")
    one = home.create("visit", name="A")
    home.settle()
    home.now += timedelta(days=1)
    home.create("visit", name="B")
    home.settle()
    for wanted, number in (
        (Wanted(), 2),
        (Wanted(record=one), 1),
        (Wanted(since=home.now), 1),
        (Wanted(status="failed"), 0),
        (Wanted(workflow="mark"), 2),
        (Wanted(ids=()), 0),
    ):
        assert home.do(lambda work, wanted=wanted: count(work, wanted)) == number


def test_waiting_runs_are_moved_to_the_newest_rule_where_they_find_their_place(house: Callable) -> None:
    first = rule("slow", "{created: visit}", "  - wait: 1d\n  - set: {town: Rome}")
    home = house(VISIT + first, "core")
    id = home.create("visit", name="A")
    home.settle()
    home.redefine(VISIT + rule("slow", "{created: visit}", "  - stop: Never\n  - wait: 1d\n  - set: {town: Oslo}"))
    assert home.do(lambda work: move(work, Wanted(workflow="slow"))) == (1, 0)
    assert home.do(lambda work: move(work, Wanted())) == (0, 0)
    home.later(days=1)
    assert home.get("visit", id)["town"] == "Oslo"


def test_a_run_whose_place_is_gone_goes_on_as_it_began(house: Callable) -> None:
    home = house(VISIT + rule("slow", "{created: visit}", "  - wait: 1d\n  - set: {town: Rome}"), "core")
    id = home.create("visit", name="A")
    home.settle()
    home.redefine(VISIT + rule("slow", "{created: visit}", "  - set: {town: Oslo}"))
    assert home.do(lambda work: move(work, Wanted())) == (0, 1)
    home.later(days=1)
    assert home.get("visit", id)["town"] == "Rome"


def test_how_often_a_rule_began_and_when_time_begins_it_next(house: Callable) -> None:
    due = rule("remind", "{due: {field: visit.on, before: 2d}}", "  - set: {done: true}")
    clock = rule("daily", '{schedule: "0 8 * * *"}', "  - stop: Done")
    home = house(VISIT + SET + due + clock, "core")
    home.create("visit", name="A", on=(home.now + timedelta(days=12)).date())
    home.settle()
    found = home.do(lambda work: figures(work))
    assert (found["mark"].begun, found["mark"].counts["done"], found["mark"].last) == (1, 1, home.now)
    workflows = home.workspace.release.model.workflows
    following = {name: home.do(lambda work, name=name: begins_next(work, workflows[name])) for name in workflows}
    assert following["mark"] is None
    assert following["remind"].date() == (home.now + timedelta(days=10)).date()
    assert following["daily"].date() == (home.now + timedelta(days=1)).date() and following["daily"].hour == 8
