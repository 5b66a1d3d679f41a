"""Gates of pipelines hold on every path."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customary.engine import records
from customary.engine.money import Money
from customary.engine.records import Forbidden, Refused, Stale

MONEY = Money(Decimal(100), "EUR")
LINES = [{"product": "Bolt", "price": Money(Decimal("2.00"), "EUR")}]


def reasons(refused) -> list[str]:
    return sorted(f"{each.field}: {each.reason}" for each in refused.value.problems)


def test_a_refused_move_says_everything_that_is_missing(crm):
    deal = crm.add("deal", name="A")
    with pytest.raises(Refused) as refused, crm.work() as work:
        records.move(work, "deal", deal, "propose")
    assert reasons(refused) == ["amount: is needed for stage Propose", "closes: is needed for stage Propose"]
    assert crm.value("deal", deal, "stage") == "qualify"


def test_a_plain_update_of_the_stage_is_a_move(crm):
    deal = crm.add("deal", name="A")
    with pytest.raises(Refused):
        crm.update("deal", deal, stage="propose")
    crm.update("deal", deal, stage="propose", amount=MONEY, closes=date(2026, 5, 1))
    values = crm.values("deal", deal)
    assert (values["stage"], values["probability"], values["outcome"]) == ("propose", Decimal(40), None)
    assert values["stage_entered_at"] == crm.now
    assert crm.changes(deal)[-1]["kind"] == "moved"


def test_a_record_cannot_be_made_in_a_stage_it_may_not_enter(crm):
    with pytest.raises(Refused) as refused:
        crm.add("deal", name="A", stage="propose")
    assert len(refused.value.problems) == 2


def test_a_guard_is_told_in_its_own_words(crm):
    deal = crm.add("deal", name="A")
    with pytest.raises(Refused) as refused, crm.work() as work:
        records.move(work, "deal", deal, "negotiate")
    assert reasons(refused) == ["stage: can go to Negotiate only when: size(lines) > 0"]


def test_a_guard_counts_rows_that_come_with_the_move(crm):
    deal = crm.add("deal", name="A")
    with crm.work() as work:
        records.move(work, "deal", deal, "negotiate", {"lines": LINES})
    assert crm.value("deal", deal, "stage") == "negotiate"
    with pytest.raises(Refused), crm.work() as work:
        other = records.create(work, "deal", {"name": "B", "lines": LINES})
        records.move(work, "deal", other, "negotiate", {"lines": []})


def test_moves_that_are_not_declared_are_refused(crm):
    deal = crm.add("deal", name="A", lines=LINES)
    with crm.work() as work:
        records.move(work, "deal", deal, "negotiate")
    with pytest.raises(Refused) as refused, crm.work() as work:
        records.move(work, "deal", deal, "qualify")
    assert reasons(refused) == ["stage: cannot go from Negotiate to Qualify"]


def test_a_move_just_made_is_taken_back_to_how_all_was(crm):
    ann = crm.person("Ann", "admin")
    deal = crm.add("deal", ann, name="A")
    before = crm.values("deal", deal)
    with crm.work(ann) as work:
        revision = records.move(work, "deal", deal, "propose", {"amount": MONEY, "closes": date(2026, 5, 1)})
    with crm.work(ann) as work:
        records.take_back(work, "deal", deal, revision)
    after = crm.values("deal", deal)
    names = ("stage", "outcome", "probability", "stage_entered_at", "amount", "closes")
    assert [after[name] for name in names] == [before[name] for name in names]
    assert (crm.changes(deal)[-1]["kind"], crm.changes(deal)[-1]["cause"]) == ("moved", {"origin": "undo"})


def test_only_an_own_fresh_move_is_taken_back_and_once(crm):
    ann, bob = crm.person("Ann", "admin"), crm.person("Bob", "admin")
    deal = crm.add("deal", ann, name="A", lines=LINES)

    def take_back(actor, revision):
        with crm.work(actor) as work:
            return records.take_back(work, "deal", deal, revision)

    with pytest.raises(Forbidden):
        take_back(ann, 1)  # it was made, not moved
    with crm.work(ann) as work:
        revision = records.move(work, "deal", deal, "negotiate")
    with pytest.raises(Forbidden):
        take_back(bob, revision)
    with pytest.raises(Stale):
        take_back(ann, revision - 1)
    now, crm.now = crm.now, crm.now + timedelta(minutes=6)
    with pytest.raises(Forbidden):
        take_back(ann, revision)
    crm.now = now
    taken = take_back(ann, revision)
    with pytest.raises(Forbidden):
        take_back(ann, taken)


def test_locked_fields_stay_as_they_are(crm):
    deal = crm.add("deal", name="A", stage="won", amount=MONEY, lines=LINES)
    (line,) = crm.value("deal", deal, "lines")
    with pytest.raises(Refused) as refused:
        crm.update("deal", deal, amount=Money(Decimal(1), "EUR"), lines=[])
    assert reasons(refused) == ["amount: is locked in stage Won", "lines: is locked in stage Won"]
    with pytest.raises(Refused):
        crm.update("line", line, product="Nut")
    with pytest.raises(Refused), crm.work() as work:
        records.delete(work, "line", line)
    with pytest.raises(Refused):
        crm.add("line", deal=deal, product="Nut")
    crm.update("deal", deal, name="B")


def test_leaving_an_outcome_needs_the_right_to_reopen(crm):
    pairs = crm.release.model.pipelines["sales"].pairs
    assert ("won", "lost") in pairs
    deal = crm.add("deal", name="A", stage="won", amount=MONEY)
    seller = crm.person("Mary", "seller")
    crm.update("deal", deal, owner=seller.id)
    with pytest.raises(Refused) as refused:
        crm.update("deal", deal, seller, stage="lost", lost_reason="price")
    assert reasons(refused) == ["stage: may not be reopened by you: it is in Won"]


def test_a_role_may_limit_the_moves(crm):
    closer = crm.person("Carl", "closer")
    deal = crm.add("deal", name="A", amount=MONEY, closes=date(2026, 5, 1))
    with pytest.raises(Refused):
        crm.update("deal", deal, closer, stage="won")
    crm.update("deal", deal, closer, stage="propose")


def test_entering_a_stage_makes_its_tasks(crm):
    mary = crm.person("Mary", "seller")
    deal = crm.add("deal", mary, name="Press")
    with crm.reading() as work:
        (task,) = records.select(work, "task", records.Query()).records
    assert task.values["title"] == "Research Press"
    assert task.values["owner"] == mary.id
    assert (task.values["about"].entity, task.values["about"].id) == ("deal", deal)
    assert (task.values["due"] - crm.now).days == 2
    assert crm.changes(task.id)[0]["cause"] == {"origin": "api", "parent": ["deal", str(deal)]}


def test_open_follows_the_outcome(crm):
    deal = crm.add("deal", name="A")
    assert crm.value("deal", deal, "open") is True
    crm.update("deal", deal, stage="lost", lost_reason="price")
    assert (crm.value("deal", deal, "open"), crm.value("deal", deal, "outcome")) == (False, "lost")
