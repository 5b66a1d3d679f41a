"""Rules that ask people, and wait for what they answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from customary.engine import people
from customary.engine.automation import (
    Wanted,
    answer,
    cancel,
    decide_count,
    find_asked,
    go_on,
    hand_over,
    tables,
    to_decide,
)
from customary.engine.automation.running.leasing import lease_due
from customary.engine.automation.running.runs import advance
from customary.engine.messages import letters
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM
from customary.engine.records.refusal import Forbidden, Missing, Refused
from customary.engine.records.writer import handover

from .test_rules import VISIT, rule

ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what both databases do alike, because they are asked nothing that differs."""

ROLES = """---
role: boss
entities: {visit: {read: all, update: all}, user: {read: all}}
---
role: guest
entities: {visit: {read: all}}
"""
APPROVE = rule(
    "approve",
    "{created: visit}",
    """  - ask: {by: boss, text: {en: 'Is {{ name }} fine?', el: 'Εντάξει το {{ name }};'}, deadline: 2d,
          otherwise: [{set: {town: late}}]}
    as: said
  - set: {done: =said.approved}
    if: said.reason == "answer"
  - set: {town: '{{ said.by.name }}: {{ said.note }}', owner: =said.by}
    if: said.by != null && said.by.name != "Nobody"
""",
)
FILL = rule(
    "fill",
    "{created: visit}",
    "  - ask: {by: boss, fields: [town, minutes]}\n    as: said\n  - set: {done: =said.approved}",
)
INPUTS = rule(
    "inputs",
    "{created: visit}",
    """  - ask:
      by: [=owner, role boss]
      fields:
        hours: {type: decimal, required: true, min: 0, default: 2}
        price: {type: money}
        on: {type: date}
        how: {type: choice, options: [car, train]}
    as: said
  - wait: 1d
  - set: {minutes: =said.hours * 60, town: '{{ said.how }} {{ said.price }} {{ said.on }}'}
    if: said.on == null || said.on > date("2026-01-01")
""",
)


def person(home: Any, name: str, *roles: str) -> Any:
    id = home.do(lambda work: people.add(work, f"{name.lower()}@example.com", None, roles, name))
    return home.do(lambda work: people.actor_of_user(work.connection, id, work.release))


def asked(home: Any, actor: Any) -> list[Any]:
    home.actor = actor
    return home.do(to_decide)


def says(home: Any, actor: Any, id: UUID, *given: Any) -> None:
    home.actor = actor
    home.do(lambda work: answer(work, id, *given))
    home.settle()


def test_a_run_waits_until_somebody_who_is_asked_has_answered(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE)
    bea, guest = person(home, "Bea", "boss"), person(home, "Gus", "guest")
    id = home.create("visit", name="Acme")
    home.settle()
    [waits] = asked(home, bea)
    assert (waits.text["en"], waits.text["el"]) == ("Is Acme fine?", "Εντάξει το Acme;")
    assert (waits.entity, waits.record, home.do(decide_count)) == ("visit", id, 1)
    assert asked(home, guest) == []
    with pytest.raises(Missing):
        says(home, guest, waits.id, True)
    home.later(days=1)
    assert home.runs()[0].status == "waiting"
    says(home, bea, waits.id, True, None, "go on")
    visit = home.get("visit", id)
    assert (visit["town"], visit["done"], visit["owner"]) == ("Bea: go on", True, bea.id)
    assert home.runs()[0].status == "done"
    assert asked(home, bea) == []
    with pytest.raises(Missing):
        says(home, bea, waits.id, False)


@ON_ONE
def test_whoever_gets_the_role_later_is_asked_too_and_may_refuse(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE)
    id = home.create("visit", name="Acme")
    home.settle()
    bea = person(home, "Bea", "boss")
    [waits] = asked(home, bea)
    says(home, bea, waits.id, False)
    assert (home.get("visit", id)["done"], home.get("visit", id)["town"]) == (False, "Bea:")


@ON_ONE
@pytest.mark.parametrize("hurried", [False, True], ids=["passed", "sent on"])
def test_a_deadline_that_passes_leads_to_what_is_done_otherwise(house: Callable, hurried: bool) -> None:
    home = house(VISIT + ROLES + APPROVE)
    bea = person(home, "Bea", "boss")
    id = home.create("visit", name="Acme")
    home.settle()
    [waits] = asked(home, bea)
    home.actor = SYSTEM
    if hurried:
        assert home.do(lambda work: go_on(work, Wanted(workflow="approve"))) == 1
    home.later(days=0 if hurried else 2)
    visit = home.get("visit", id)
    assert (visit["town"], visit["done"]) == ("late", False)
    run = home.runs()[0]
    assert [(step.position, step.kind, step.status) for step in home.steps(run)] == [
        ("1", "ask", "done"),
        ("1.1.1", "set", "done"),
        ("2", "set", "skipped"),
        ("3", "set", "skipped"),
    ]
    with pytest.raises(Missing):
        says(home, bea, waits.id, True)


@ON_ONE
def test_nobody_to_ask_is_as_if_nobody_had_answered(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE.replace("by: boss", "by: =owner"))
    id = home.create("visit", name="Acme")
    home.settle()
    assert home.get("visit", id)["town"] == "late"


@ON_ONE
def test_what_is_filled_in_is_written_with_the_rights_of_who_answers(house: Callable) -> None:
    home = house(VISIT + ROLES + FILL.replace("by: boss", "by: [boss, guest]"))
    bea, guest = person(home, "Bea", "boss"), person(home, "Gus", "guest")
    id = home.create("visit", name="Acme")
    home.settle()
    [waits] = asked(home, guest)
    with pytest.raises(Forbidden):
        says(home, guest, waits.id, True, {"town": "Rome", "minutes": 5})
    with pytest.raises(Refused, match="Minutes is required"):
        says(home, bea, waits.id, True, {"town": "Rome"})
    says(home, bea, waits.id, True, {"town": "Rome", "minutes": 5, "name": "not asked"})
    visit = home.get("visit", id)
    assert (visit["name"], visit["town"], visit["minutes"], visit["done"]) == ("Acme", "Rome", 5, True)


def test_values_of_their_own_reach_later_steps_after_another_wait(house: Callable) -> None:
    home = house(VISIT + ROLES + INPUTS)
    bea = person(home, "Bea", "boss")
    id = home.create("visit", name="Acme", owner=bea.id)
    home.settle()
    [waits] = asked(home, bea)
    assert list(home.do(lambda work: find_asked(work, waits.id)).inputs) == ["hours", "price", "on", "how"]
    with pytest.raises(Refused) as refused:
        says(home, bea, waits.id, True, {"hours": Decimal(-1), "how": "plane", "what": 1})
    assert [str(each) for each in refused.value.problems] == [
        "Hours must be at least 0",
        "How must be one of: Car, Train",
        "“what” is not asked for",
    ]
    values = {"hours": Decimal("1.5"), "price": Money(Decimal(5), "EUR"), "how": "train"}
    says(home, bea, waits.id, True, values)
    home.actor = SYSTEM
    home.later(days=1)
    visit = home.get("visit", id)
    assert (visit["minutes"], visit["town"]) == (90, "train 5 EUR")


@ON_ONE
def test_a_decision_is_given_to_somebody_else(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE)
    bea, guest = person(home, "Bea", "boss"), person(home, "Gus", "guest")
    id = home.create("visit", name="Acme")
    home.settle()
    [waits] = asked(home, bea)
    home.do(lambda work: hand_over(work, waits.id, guest.id))
    assert asked(home, bea) == []
    with pytest.raises(Missing):
        home.do(lambda work: hand_over(work, waits.id, bea.id))
    home.actor = guest
    with pytest.raises(Refused, match="no account"):
        home.do(lambda work: hand_over(work, waits.id, UUID(int=7)))
    says(home, guest, waits.id, True)
    assert home.get("visit", id)["owner"] == guest.id


def test_what_happens_to_the_record_or_the_run_meanwhile_breaks_nothing(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE + FILL)
    bea = person(home, "Bea", "boss")
    gone, kept = home.create("visit", name="Gone"), home.create("visit", name="Kept")
    home.settle()
    assert len(asked(home, bea)) == 4
    home.actor = SYSTEM
    home.update("visit", kept, name="Other")
    home.settle()
    of_gone = [each for each in asked(home, bea) if each.record == gone]
    home.actor = SYSTEM
    home.delete("visit", gone)
    for each in of_gone:
        with pytest.raises(Missing):
            says(home, bea, each.id, True, {"town": "Rome", "minutes": 1})
    home.settle()
    assert {each.record for each in asked(home, bea)} == {kept}
    home.actor = SYSTEM
    waiting = [run for run in home.runs() if run.status == "waiting"]
    assert home.do(lambda work: cancel(work, waiting[0].id))
    assert len(asked(home, bea)) == 1


@ON_ONE
def test_a_definition_that_changes_meanwhile_does_not_change_what_is_asked(house: Callable) -> None:
    home = house(VISIT + ROLES + INPUTS)
    bea = person(home, "Bea", "boss")
    id = home.create("visit", name="Acme", owner=bea.id)
    home.settle()
    home.redefine(VISIT + ROLES)
    [waits] = asked(home, bea)
    says(home, bea, waits.id, True, {"hours": Decimal(1)})
    home.actor = SYSTEM
    home.later(days=1)
    assert home.get("visit", id)["minutes"] == 60


@ON_ONE
def test_who_is_asked_is_told_by_mail_with_the_way_to_answer(house: Callable) -> None:
    settings = "web_address: https://crm.example.com\nmail: {host: mail.example.com}\n"
    home = house(VISIT + ROLES + APPROVE, settings=settings)
    bea = person(home, "Bea", "boss")
    home.create("visit", name="Acme")
    home.settle()
    [waits] = asked(home, bea)
    [letter] = home.do(lambda work: letters(work.connection))
    assert (letter.recipient, letter.subject) == ("bea@example.com", "Is Acme fine?")
    assert f"https://crm.example.com/decide/{waits.id}\n" in letter.body


def test_an_answer_and_a_deadline_at_once_are_one_of_the_two(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE)
    bea = person(home, "Bea", "boss")
    id = home.create("visit", name="Acme")
    home.settle()
    [waits] = asked(home, bea)
    home.now += timedelta(days=2)
    [run] = lease_due(home.database, home.now)
    home.do(lambda work: answer(work, waits.id, True))
    advance(home.database, home.releases, run, home.now)
    assert (home.get("visit", id)["done"], home.get("visit", id)["town"]) == (True, "Bea:")


@ON_ONE
def test_what_somebody_who_leaves_is_asked_goes_over_with_their_records(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE.replace("by: boss", "by: [=owner, =account.owner]"))
    bea, guest = person(home, "Bea", "boss"), person(home, "Gus", "guest")
    account = home.create("account", name="Acme", owner=guest.id)
    home.create("visit", name="One", owner=bea.id)
    home.create("visit", name="Two", owner=bea.id, account=account)
    home.settle()
    assert (len(asked(home, bea)), len(asked(home, guest))) == (2, 1)
    home.actor = SYSTEM
    home.do(lambda work: handover.hand_over(work, bea.id, guest.id))
    assert (len(asked(home, bea)), len(asked(home, guest))) == (0, 2)


@ON_ONE
def test_a_run_that_is_woken_without_an_answer_goes_on_waiting(house: Callable) -> None:
    home = house(VISIT + ROLES + APPROVE)
    bea = person(home, "Bea", "boss")
    id = home.create("visit", name="Acme")
    home.settle()
    home.do(lambda work: work.connection.execute(tables.run.update().values(due=work.now)))
    home.settle()
    assert home.runs()[0].status == "waiting"
    [waits] = asked(home, bea)
    says(home, bea, waits.id, True)
    assert home.get("visit", id)["done"] is True
