"""Rules before the save: they set, assign and refuse within the write, whoever writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from customary.engine import people
from customary.engine.automation import tables
from customary.engine.records.changes import change, queue
from customary.engine.records.refusal import Refused
from customary.engine.records.write import archive, create, create_many, move

from .test_rules import VISIT, rule

CHECKED = "checks: {short: {check: minutes < 60, message: must be short, field: minutes}}\nfields:\n"
FULL = VISIT.replace(
    "fields:\n",
    """fields:
  stops: {type: lines, of: stop.visit}
  reason: {type: choice, options: [weather, other]}
  day: {type: date}
""",
    1,
)
STOP = """---
entity: stop
title: place
fields:
  visit: {type: link, to: visit, required: true, on_delete: cascade}
  place: {type: text}
  length: {type: integer}
"""
EVERY = "[{created: visit, before: true}, {updated: visit, before: true}]"
LATER_SET = "  - set: {town: '{{ name }}'}"


def before(name: str, when: str, do: str, where: str = "") -> str:
    return rule(name, f"{{{when}, before: true}}", do, where)


def refusal(act: Callable) -> list[tuple[str | None, str]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(each.field, str(each.reason)) for each in refused.value.problems]


def changes_of(home, id) -> list:
    rows = sa.select(change).where(change.c.record == id).order_by(change.c.id)
    return home.do(lambda work: list(work.connection.execute(rows).mappings()))


def test_what_a_rule_sets_is_part_of_the_same_change(house: Callable) -> None:
    """Defaults that read other records, as in recipes 40, 44 and 60 of the inventory."""
    named = "  - set: {town: '{{ account.name }}: {{ name }}', day: 3d, minutes: =minutes + 1}"
    home = house(FULL + STOP + before("fill", "created: visit", named, "account != null && town == null"))
    acme = home.create("account", name="Acme")
    id = home.create("visit", name="call", account=acme, minutes=4)
    visit = home.get("visit", id)
    assert (visit["town"], visit["minutes"], visit["revision"]) == ("Acme: call", 5, 1)
    assert visit["day"] == (home.now + timedelta(days=3)).date()
    [made] = changes_of(home, id)
    assert (made["kind"], made["after"]["town"], made["after"]["minutes"]) == ("created", "Acme: call", 5)
    assert home.get("visit", home.create("visit", name="other", account=acme, town="Athens"))["town"] == "Athens"
    home.settle()
    assert home.runs() == []


def test_a_refusal_is_told_with_all_else_that_is_wrong(house: Callable) -> None:
    """A reason that a lost record must have, as in recipe 16."""
    lost = "  - refuse: {message: {en: 'must be told for {{ name }}', el: 'πρέπει'}, field: reason}\n  - set: {town: X}"
    rules = before("lost", "entered: visits.missed", lost, 'reason == null || reason == "other" && town == null')
    home = house(
        FULL + STOP + rules + before("whole", "updated: visit", "  - refuse: No", 'name == "B" && old.town == "B"')
    )
    id = home.create("visit", name="A")
    told = [("reason", "must be told for A")]
    assert refusal(lambda: home.do(lambda work: move(work, "visit", id, "missed"))) == told
    assert refusal(lambda: home.update("visit", id, stage="missed", reason="other")) == told
    assert refusal(lambda: home.update("visit", id, stage="missed", town="A" * 9, name="")) == [
        ("reason", "must be told for "),
        ("name", "is required"),
    ]
    home.update("visit", id, stage="missed", reason="weather")
    assert (home.get("visit", id)["stage"], home.get("visit", id)["town"]) == ("missed", None)
    assert refusal(lambda: home.create("visit", name="B", stage="missed")) == [("reason", "must be told for B")]
    home.update("visit", id, town="B")
    assert refusal(lambda: home.update("visit", id, name="B")) == [(None, "No")]


def test_rules_see_the_record_as_the_rules_before_them_left_it(house: Callable) -> None:
    """A number looked up by what a stage is worth, as in recipe 23."""
    worth = """  - choose:
      - case: stage == "planned" && minutes == null
        do: [{set: {minutes: 10}}]
      - otherwise: [{set: {minutes: '=old.minutes == null ? 1 : old.minutes + 1'}, if: minutes == old.minutes}]"""
    seen = before("a_seen", "changed: visit.minutes, from: 10, to: 11", "  - set: {town: seen}")
    chain = before("b_chain", "changed: visit.town", "  - set: {done: true}")
    home = house(VISIT + rule("a_first", EVERY, worth) + seen + chain)
    id = home.create("visit", name="A")
    assert home.get("visit", id)["minutes"] == 10
    home.update("visit", id, name="B")
    visit = home.get("visit", id)
    assert (visit["minutes"], visit["town"], visit["done"], visit["revision"]) == (11, "seen", True, 2)
    home.update("visit", id, minutes=50)
    assert home.get("visit", id)["minutes"] == 50
    assert home.update("visit", id, minutes=50) == 3, "nothing differs, so no rule has anything to look at"


def test_leaving_a_stage_and_archiving_have_their_rules(house: Callable) -> None:
    left = before("left", "left: visits.planned", "  - set: {town: 'left by {{ user.name }}'}")
    kept = before("kept", "archived: visit", "  - refuse: {message: must be done, field: done}", "!done")
    gone = before("gone", "archived: visit", "  - set: {town: gone}")
    home = house(VISIT + left + kept + gone)
    ann = home.do(lambda work: people.add(work, "ann@example.com", None, ["admin"], "Ann"))
    home.actor = home.do(lambda work: people.actor_of_user(work.connection, ann, work.release))
    id = home.create("visit", name="A")
    home.update("visit", id, stage="made")
    assert home.get("visit", id)["town"] == "left by Ann"
    assert refusal(lambda: home.archive("visit", id)) == [("done", "must be done")]
    home.update("visit", id, done=True)
    home.archive("visit", id)
    visit = home.get("visit", id)
    assert (visit["town"], visit["archived_at"], visit["revision"]) == ("gone", home.now, 4)
    assert changes_of(home, id)[-1]["after"] == {"town": "gone"}


def test_rows_are_seen_with_their_parent_and_have_rules_of_their_own(house: Callable) -> None:
    own = before("own", "created: stop", "  - set: {length: =size(visit.name)}", "length == null")
    summed = "  - set: {minutes: '=stops.sum(s, s.length)'}\n  - refuse: {message: too far}\n    if: minutes > 100"
    closed = before("closed", "created: stop", "  - refuse: {message: is closed, field: place}", 'place == "Museum"')
    home = house(FULL + STOP + own + rule("total", EVERY, summed) + closed)
    id = home.create("visit", name="four", stops=[{"place": "A"}, {"place": "B", "length": 7}])
    assert home.get("visit", id)["minutes"] == 11
    [first, second] = home.all("stop")
    kept = [{"id": first["id"], "length": 5}]
    home.update("visit", id, stops=kept)
    assert (home.get("visit", id)["minutes"], len(home.all("stop"))) == (5, 1)
    assert refusal(lambda: home.update("visit", id, stops=[{"place": "Museum", "length": 200}])) == [
        (None, "too far"),
        ("place", "is closed"),
    ]


def test_a_rule_cannot_set_what_a_stage_locks_or_a_check_forbids(house: Callable) -> None:
    locked = VISIT.replace("made: {outcome: won}", "made: {outcome: won, locks: [town]}")
    sets = before("sets", "changed: visit.name", "  - set: {town: X, minutes: '=name == \"long\" ? 90 : 5'}")
    home = house(locked.replace("fields:\n", CHECKED, 1) + sets)
    id = home.create("visit", name="A", stage="made")
    assert refusal(lambda: home.update("visit", id, name="B")) == [("town", "is locked in stage Made")]
    other = home.create("visit", name="A")
    assert refusal(lambda: home.update("visit", other, name="long")) == [("minutes", "must be short")]
    home.update("visit", other, name="B")
    assert (home.get("visit", other)["town"], home.get("visit", other)["minutes"]) == ("X", 5)


def test_work_is_shared_out_in_turn_within_the_write(house: Callable) -> None:
    among = "  - assign: {field: owner, among: [a@example.com, b@example.com]}\n    if: owner == null\n    as: who\n"
    told = "  - set: {town: 'for {{ who.name }}'}\n    if: who != null"
    home = house(VISIT + before("share", "created: visit", among + told))
    ids = [home.do(lambda work, n=n: people.add(work, f"{n}@example.com", None, ["admin"], n)) for n in "ab"]
    made = home.do(lambda work: create_many(work, "visit", [{"name": str(n)} for n in range(3)]))
    last = home.create("visit", name="last")
    visits = [home.get("visit", id) for id in (*made, last)]
    first, second = sorted(ids)
    assert [each["owner"] for each in visits] == [first, second, first, second]
    assert {each["town"] for each in visits} == {"for a", "for b"}
    assert home.get("visit", home.create("visit", name="mine", owner=first))["town"] is None


def test_a_row_that_an_import_refuses_keeps_the_others(house: Callable) -> None:
    home = house(
        VISIT + before("no", "created: visit", "  - refuse: {message: is unwelcome, field: name}", 'name == "x"')
    )
    refused: list = []
    rows = [{"name": name} for name in ("a", "x", "b")]
    made = home.do(lambda work: create_many(work, "visit", rows, lambda at, problems: refused.append((at, *problems))))
    assert [id is None for id in made] == [False, True, False]
    assert [(at, problem.field, str(problem.reason)) for at, problem in refused] == [(1, "name", "is unwelcome")]


def test_a_rule_before_the_save_leaves_no_run_and_no_queue_behind(house: Callable) -> None:
    home = house(VISIT + before("town", "created: visit", "  - set: {town: X}"))
    home.do(lambda work: work.connection.execute(sa.delete(queue)))
    home.create("visit", name="A")
    assert home.do(lambda work: work.connection.execute(sa.select(queue.c.id)).all()) == []
    home.settle()
    assert home.do(lambda work: work.connection.execute(sa.select(tables.run.c.id)).all()) == []


def test_a_task_that_a_stage_asks_for_goes_through_the_rules_of_tasks(house: Callable) -> None:
    tasks = VISIT.replace("planned: {}", "planned: {tasks: [{title: Call}]}")
    about = "---\nentity: task\nfields: {about: {to: [visit, account, contact, deal]}}\n"
    home = house(tasks + about + before("loud", "created: task", "  - set: {title: '{{ title }}!'}"), packs="sales")
    home.create("visit", name="A")
    assert [each["title"] for each in home.all("task")] == ["Call!"]


def test_other_rules_start_from_what_a_rule_before_the_save_has_set(house: Callable) -> None:
    sets = before("sets", "updated: visit", "  - set: {minutes: 90}")
    home = house(VISIT + sets + rule("long", "{changed: visit.minutes}", LATER_SET))
    id = home.create("visit", name="A")
    home.update("visit", id, name="B")
    home.settle()
    assert (home.get("visit", id)["town"], [run.workflow for run in home.runs()]) == ("B", ["long"])
    home.do(lambda work: archive(work, "visit", id))
    assert home.do(lambda work: create(work, "visit", {"name": "C"})) is not None
