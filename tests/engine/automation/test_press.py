"""Buttons: workflows that somebody starts by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from customary.engine import people
from customary.engine.automation import buttons, input_of, press
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
