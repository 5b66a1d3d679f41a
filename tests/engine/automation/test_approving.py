"""Stages that want approvals: nothing gets in without, on no way, and what was approved is what counts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from customary.engine import people
from customary.engine.automation import answer, ask_approval, find_asked, to_decide
from customary.engine.messages import newest
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM
from customary.engine.records import create_many, history, move
from customary.engine.records.refusal import Missing, Refused
from customary.engine.records.work import Work

from .test_ask import ON_ONE, asked, person
from .test_rules import rule

OFFER = """
entity: offer
fields:
  name: {type: text, required: true}
  discount: {type: percent}
  price: {type: money}
  owner: {type: user}
  boss: {type: user}
  parts: {type: lines, of: part.offer}
---
entity: part
fields: {name: {type: text}, offer: {type: link, to: offer}}
---
pipeline: offers
entity: offer
stages:
  draft: {}
  sent: {approve: [{if: discount > 20, by: chief, of: [price, parts]}, {if: discount > 30, by: =boss}]}
  signed: {approve: [{by: chief}]}
  lost: {outcome: lost}
---
role: chief
label: Chiefs
entities: {offer: {read: all, update: all}, user: {read: all}}
---
role: seller
entities: {user: {read: all}, '*': {read: all, update: all, create: all, delete: all}}
---
role: nameless
entities: {offer: {deny: true, fields: {name: hidden}}}
"""


class Sale:
    """A house in which Sam sells, and Cleo and Bob must approve."""

    def __init__(self, home: Any) -> None:
        self.home = home
        self.sam, self.cleo, self.bob = (
            person(home, name, role) for name, role in (("Sam", "seller"), ("Cleo", "chief"), ("Bob", "seller"))
        )
        home.actor = self.sam
        self.id = home.create("offer", name="A", discount=35, boss=self.bob.id)

    def asks(self, stage: str = "sent") -> int:
        self.home.actor = self.sam
        return self.home.do(lambda work: ask_approval(work, "offer", self.id, stage))

    def moves(self, stage: str = "sent", **values: Any) -> str:
        """Why not, or nothing."""
        self.home.actor = self.sam
        try:
            self.home.do(lambda work: move(work, "offer", self.id, stage, values))
        except Refused as refused:
            return str(refused)
        return ""

    def answers(self, actor: Any, approved: bool = True, **more: str) -> None:
        self.home.actor = actor
        [waits] = self.home.do(to_decide)
        self.home.do(lambda work: answer(work, waits.id, approved, **more))


@pytest.fixture
def sale(house: Callable) -> Sale:
    return Sale(house(OFFER))


def test_a_move_is_held_until_all_who_must_have_approved_did(sale: Sale) -> None:
    assert sale.moves() == "Stage needs the approval of Chiefs; Stage needs the approval of Bob"
    assert (sale.asks(), sale.asks()) == (2, 0)
    assert sale.moves() == "Stage waits for the approval of Chiefs; Stage waits for the approval of Bob"
    sale.answers(sale.cleo, note="fine")
    assert sale.moves() == "Stage waits for the approval of Bob"
    sale.answers(sale.bob)
    assert sale.moves() == ""
    home = sale.home
    kinds = home.do(lambda work: [(each.kind, each.actor) for each in history(work, "offer", sale.id).changes])
    assert kinds[:3] == [("moved", sale.sam.id), ("approved", sale.bob.id), ("approved", sale.cleo.id)]
    told = home.do(lambda work: [each.text for each in newest(work)])
    assert told == ["✓ A → Sent · Bob", "✓ A → Sent · Cleo: fine"]


@ON_ONE
def test_who_must_approve_reads_no_more_of_the_record_than_they_may(sale: Sale) -> None:
    dan = person(sale.home, "Dan", "chief", "nameless")
    sale.asks()
    read = [asked(sale.home, each)[0].text["en"] for each in (sale.cleo, dan)]
    assert read == ["A → Sent", "••• → Sent"]


@ON_ONE
def test_what_is_refused_is_not_approved_and_may_be_asked_again(sale: Sale) -> None:
    sale.home.update("offer", sale.id, discount=25)
    sale.asks()
    sale.answers(sale.cleo, False)
    assert sale.moves() == "Stage needs the approval of Chiefs"
    assert sale.asks() == 1
    sale.answers(sale.cleo)
    assert sale.moves() == ""


def test_an_approval_lapses_when_what_it_covers_changes(sale: Sale) -> None:
    home = sale.home
    home.update("offer", sale.id, discount=25)
    sale.asks()
    sale.answers(sale.cleo)
    home.actor = sale.sam
    home.update("offer", sale.id, name="Another name")
    for change in ({"discount": 26}, {"price": Money(Decimal(7), "EUR")}, {"parts": [{"name": "wheel"}]}):
        assert "needs the approval" in sale.moves(**change), change
    home.update("offer", sale.id, parts=[{"name": "wheel"}])
    assert "needs the approval" in sale.moves()
    home.update("offer", sale.id, parts=[])
    assert sale.moves() == ""


@ON_ONE
def test_what_is_approved_is_what_was_seen(sale: Sale) -> None:
    home = sale.home
    home.update("offer", sale.id, discount=25)
    sale.asks()
    home.update("offer", sale.id, discount=28)
    with pytest.raises(Refused, match="has changed since this was asked"):
        sale.answers(sale.cleo)
    seen = home.do(lambda work: find_asked(work, to_decide(work)[0].id)).seen
    sale.answers(sale.cleo, seen=seen)
    assert sale.moves() == ""


@ON_ONE
def test_what_was_seen_does_not_tell_what_it_was(sale: Sale) -> None:
    """Who approves may not see all of it, and a digest of few values is found by trying."""
    home, marks = sale.home, []
    for _ in range(2):
        home.update("offer", sale.id, discount=25)
        sale.asks()
        home.actor = sale.cleo
        asked = home.do(lambda work: find_asked(work, to_decide(work)[0].id))
        assert asked.decision.covers.partition(":")[2] not in asked.seen
        marks.append(asked.seen)
        home.actor = sale.sam
        home.update("offer", sale.id, discount=26)
        sale.asks()
    assert len({*marks}) == 2


@ON_ONE
def test_it_holds_on_every_way(sale: Sale) -> None:
    home = sale.home
    for origin in ("api", "import", "form", "workflow"):
        with pytest.raises(Refused, match="Chiefs"):
            home.do(lambda work, origin=origin: move(work.because(origin=origin), "offer", sale.id, "sent"))
    refused: list[Any] = []
    rows = [{"name": "B", "discount": 21, "stage": "sent"}, {"name": "C", "discount": 20, "stage": "sent"}]
    made = home.do(lambda work: create_many(work, "offer", rows, lambda row, problems: refused.append((row, problems))))
    assert made[0] is None and made[1] is not None
    assert [(row, str(problems[0])) for row, problems in refused] == [(0, "Stage needs the approval of Chiefs")]
    home.actor = SYSTEM
    with pytest.raises(Refused, match="Chiefs"):
        home.do(lambda work: move(work, "offer", sale.id, "sent"))


@ON_ONE
def test_a_rule_that_moves_says_what_is_missing(house: Callable) -> None:
    home = house(OFFER + rule("send", "{created: offer}", "  - move: sent"))
    home.create("offer", name="A", discount=25)
    home.settle()
    [run] = home.runs()
    assert (run.status, run.reason) == ("failed", "Stage needs the approval of Chiefs")


@ON_ONE
def test_who_must_approve_and_moves_has_approved(sale: Sale) -> None:
    home = sale.home
    home.update("offer", sale.id, discount=25)
    home.actor = sale.cleo
    home.do(lambda work: move(work, "offer", sale.id, "sent"))
    assert home.get("offer", sale.id)["stage"] == "sent"


@ON_ONE
def test_where_there_is_nobody_to_approve_nothing_gets_in(sale: Sale) -> None:
    sale.home.update("offer", sale.id, boss=None)
    assert "needs an approval, and there is nobody to give it" in sale.moves()
    assert sale.asks() == 1


def test_a_record_that_moved_on_or_is_gone_is_asked_about_no_more(sale: Sale) -> None:
    home = sale.home
    sale.asks("signed")
    assert sale.moves("lost") == ""
    home.actor = sale.cleo
    assert home.do(to_decide) == []
    home.actor = SYSTEM
    home.update("offer", sale.id, stage="draft")
    sale.asks("signed")
    home.actor = sale.cleo
    [waits] = home.do(to_decide)
    home.actor = SYSTEM
    home.delete("offer", sale.id)
    home.actor = sale.cleo
    assert home.do(to_decide) == []
    with pytest.raises(Missing):
        home.do(lambda work: answer(work, waits.id, True))


@ON_ONE
def test_a_role_that_is_renamed_is_asked_under_its_new_name(sale: Sale) -> None:
    home = sale.home
    home.update("offer", sale.id, discount=25)
    sale.asks()
    home.redefine(OFFER.replace("by: chief", "by: leader").replace("role: chief", "role: leader\nwas: chief"))
    assert sale.moves() == "Stage waits for the approval of Chiefs"
    sale.answers(home.do(lambda work: people.actor_of_user(work.connection, sale.cleo.id, work.release)))
    assert sale.moves() == ""


@ON_ONE
def test_only_what_could_go_there_otherwise_is_asked_for(sale: Sale) -> None:
    home = sale.home

    def asked(work: Work) -> int:
        return ask_approval(work, "offer", sale.id, "nowhere")

    with pytest.raises(Refused, match="must be one of"):
        home.do(asked)
    assert sale.asks("lost") == 0
