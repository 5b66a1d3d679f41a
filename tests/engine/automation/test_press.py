"""Buttons: workflows that somebody starts by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from customary.engine import people
from customary.engine.automation import buttons, input_of, lone_buttons, press, press_alone, press_many
from customary.engine.money import Money
from customary.engine.records.refusal import Forbidden, Missing, Refused

from .test_rules import VISIT, rule

ROLES = """---
role: fitter
entities: {visit: {read: all, update: none}}
buttons: [finish]
---
role: guest
entities: {visit: {read: all}}
"""
FINISH = rule("finish", "{button: visit}", "  - set: {town: 'by {{ user.name }}'}\n  - move: made", "!done")
OTHER = rule("other", "[{button: visit}, {created: visit}]", "  - set: {minutes: 5}")


def ann(home, *roles: str) -> None:
    """Ann is who acts from now on."""
    id = home.do(lambda work: people.add(work, "ann@example.com", None, roles, "Ann"))
    home.actor = home.do(lambda work: people.actor_of_user(work.connection, id, work.release))


def named(home, id) -> list[str]:
    visit = home.get("visit", id)
    return [each.name for each in home.do(lambda work: buttons(work, "visit", visit))]


def test_a_button_makes_a_run_for_who_presses_it(house: Callable) -> None:
    home = house(VISIT + FINISH + ROLES)
    id = home.create("visit", name="A")
    home.settle()
    assert home.runs() == []
    ann(home, "fitter")
    assert named(home, id) == ["finish"]
    made = home.do(lambda work: press(work, "visit", id, "finish"))
    home.settle()
    visit, [run] = home.get("visit", id), home.runs()
    assert (visit["town"], visit["stage"]) == ("by Ann", "made")
    assert (run.id, run.status, run.actor, run.record) == (made, "done", home.actor.id, id)
    assert home.do(lambda work: input_of(work, run)).kind == "button"


def test_a_button_is_there_where_its_condition_holds_and_a_role_allows_it(house: Callable) -> None:
    home = house(VISIT + FINISH + OTHER + ROLES)
    id, done = home.create("visit", name="A"), home.create("visit", name="B", done=True)
    assert (named(home, id), named(home, done)) == (["finish", "other"], ["other"])
    with pytest.raises(Refused, match="Visit is not one for “Finish” now"):
        home.do(lambda work: press(work, "visit", done, "finish"))
    home.archive("visit", id)
    assert named(home, id) == []
    with pytest.raises(Refused):
        home.do(lambda work: press(work, "visit", id, "other"))
    ann(home, "guest")
    assert named(home, done) == []
    with pytest.raises(Forbidden):
        home.do(lambda work: press(work, "visit", done, "other"))
    for name in ("nothing", "stranger"):
        with pytest.raises(Missing):
            home.do(lambda work, name=name: press(work, "visit", done, name))
    home.settle()
    assert [run.workflow for run in home.runs()] == ["other", "other"], "each made record began one, no button did"


def test_who_may_not_read_a_record_cannot_press_its_buttons(house: Callable) -> None:
    blind = ROLES.replace("{visit: {read: all, update: none}}", "{visit: {read: own}}")
    home = house(VISIT + FINISH + blind)
    id = home.create("visit", name="A")
    ann(home, "fitter")
    with pytest.raises(Missing):
        home.do(lambda work: press(work, "visit", id, "finish"))


def test_a_run_with_the_rights_of_who_pressed_cannot_do_more(house: Callable) -> None:
    home = house(VISIT + FINISH.replace("do:", "run_as: actor\ndo:") + ROLES)
    id = home.create("visit", name="A")
    ann(home, "fitter")
    home.do(lambda work: press(work, "visit", id, "finish"))
    home.settle()
    [run] = home.runs()
    assert (run.status, run.reason, home.get("visit", id)["town"]) == ("failed", "may not be changed by you", None)


def test_a_button_pressed_twice_at_once_runs_as_often_as_its_limit_says(house: Callable) -> None:
    home = house(VISIT + FINISH.replace("do:", "limits: {running: 1}\ndo:"))
    id = home.create("visit", name="A")
    home.do(lambda work: press(work, "visit", id, "finish"))
    with pytest.raises(Refused):
        home.do(lambda work: press(work, "visit", id, "finish"))
    home.settle()
    assert len(home.runs()) == 1


ASKS = """---
workflow: log_hours
when:
  button: visit
  on: many
  ask: {hours: {type: decimal, required: true, max: 9}, price: {type: money}, town: {type: text, default: =town}}
where: payload.hours > 0
do:
  - set: {minutes: =payload.hours * 60, town: '{{ payload.town }} {{ payload.price }}'}
---
workflow: fresh
when: {button: visit, on: none, ask: {name: {type: text, required: true}}}
where: payload.name != "No"
do: [{create: {visit: {name: =payload.name, owner: =user}}}]
---
role: fitter
entities: {visit: {read: all, update: none}}
buttons: [log_hours, fresh]
"""


def test_what_a_button_asks_for_reaches_its_steps(house: Callable) -> None:
    home = house(VISIT + ASKS)
    id = home.create("visit", name="A", town="Rome")
    ann(home, "fitter")
    assert named(home, id) == ["log_hours"], "nobody can tell yet what will be said"
    with pytest.raises(Refused, match=r"Hours is required; “minutes” is not asked for"):
        home.do(lambda work: press(work, "visit", id, "log_hours", {"minutes": 5}))
    with pytest.raises(Refused, match="must be at most 9"):
        home.do(lambda work: press(work, "visit", id, "log_hours", {"hours": Decimal(10)}))
    with pytest.raises(Refused, match="is not one for “Log hours” now"):
        home.do(lambda work: press(work, "visit", id, "log_hours", {"hours": Decimal(0)}))
    values = {"hours": Decimal("1.5"), "price": Money(Decimal(7), "EUR")}
    home.do(lambda work: press(work, "visit", id, "log_hours", values))
    home.settle()
    assert (home.get("visit", id)["minutes"], home.get("visit", id)["town"]) == (90, "Rome 7 EUR")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_button_for_many_is_pressed_for_all_or_for_none(house: Callable) -> None:
    home = house(VISIT + ASKS + FINISH)
    first, second = home.create("visit", name="A"), home.create("visit", name="B")
    gone = home.create("visit", name="C")
    home.archive("visit", gone)
    ann(home, "fitter")
    with pytest.raises(Refused):
        home.do(lambda work: press_many(work, "visit", [first, gone], "log_hours", {"hours": 1}))
    with pytest.raises(Missing):
        home.do(lambda work: press_many(work, "visit", [first], "finish"))
    home.settle()
    assert home.runs() == []
    home.do(lambda work: press_many(work, "visit", [first, second, first], "log_hours", {"hours": 1}))
    home.settle()
    assert [home.get("visit", id)["minutes"] for id in (first, second)] == [60, 60]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_button_about_no_record_begins_a_run_of_its_own(house: Callable) -> None:
    home = house(VISIT + ASKS)
    ann(home, "fitter")
    assert [each.name for each in home.do(lone_buttons)] == ["fresh"]
    for name in ("log_hours", "nothing"):
        with pytest.raises(Missing):
            home.do(lambda work, name=name: press_alone(work, name))
    with pytest.raises(Refused, match="is not one for “Fresh” now"):
        home.do(lambda work: press_alone(work, "fresh", {"name": "No"}))
    home.do(lambda work: press_alone(work, "fresh", {"name": "New"}))
    home.settle()
    [visit] = home.all("visit")
    assert (visit["name"], visit["owner"]) == ("New", home.actor.id)
    ann_id = home.actor.id
    home.actor = replace(home.actor, roles=("guest",))
    assert home.do(lone_buttons) == ()
    with pytest.raises(Forbidden):
        home.do(lambda work: press_alone(work, "fresh", {"name": "Other"}))
    assert [run.actor for run in home.runs()] == [ann_id]
