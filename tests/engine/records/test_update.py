"""Changing, archiving and restoring records."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from customary.engine import records
from customary.engine.money import Money
from customary.engine.records import Forbidden, Missing, Refused, Stale


def test_only_what_differs_stands_in_the_change_row(crm):
    account = crm.add("account", name="Acme", industry="steel")
    assert crm.update("account", account, name="Acme Ltd", industry="steel") == 2
    created, updated = crm.changes(account)
    assert (updated["kind"], updated["before"], updated["after"]) == ("updated", {"name": "Acme"}, {"name": "Acme Ltd"})
    assert updated["cause"] == {"origin": "api"}
    assert updated["release"] == 1


def test_a_change_of_nothing_writes_nothing(crm):
    account = crm.add("account", name="Acme")
    assert crm.update("account", account, name="Acme", industry=None) == 1
    assert len(crm.changes(account)) == 1


def test_a_lost_update_is_refused(crm):
    account = crm.add("account", name="Acme")
    with crm.work() as work:
        assert records.update(work, "account", account, {"name": "B"}, revision=1) == 2
    with pytest.raises(Stale) as stale, crm.work() as work:
        records.update(work, "account", account, {"name": "C"}, revision=1)
    assert stale.value.current_revision == 2
    assert crm.value("account", account, "name") == "B"


def test_money_and_links_change(crm):
    one, two, three = (crm.add("contact", last=name) for name in ("One", "Two", "Three"))
    deal = crm.add("deal", name="A", contacts=(one, two), amount=Money(Decimal(1), "EUR"))
    crm.update("deal", deal, contacts=(two, three), amount=Money(Decimal("2.50"), "USD"))
    values = crm.values("deal", deal)
    assert set(values["contacts"]) == {two, three}
    assert values["amount"] == Money(Decimal("2.50"), "USD")
    crm.update("deal", deal, contacts=(), amount=None)
    values = crm.values("deal", deal)
    assert (values["contacts"], values["amount"]) == ((), None)


def test_a_required_field_cannot_be_emptied(crm):
    account = crm.add("account", name="Acme")
    with pytest.raises(Refused):
        crm.update("account", account, name=None)
    with pytest.raises(Refused):
        crm.update("account", account, name="")


def test_a_field_may_become_read_only(crm):
    mary = crm.person("Mary", "admin")
    deal = crm.add("deal", mary, name="A", code="x")
    crm.update("deal", deal, mary, code="y")
    with pytest.raises(Refused) as refused:
        crm.update("deal", deal, mary, code="z")
    assert str(refused.value.problems[0]) == "Code is read-only"
    crm.update("deal", deal, mary, code="y", name="B")


def test_what_the_platform_keeps_cannot_be_set(crm):
    account = crm.add("account", name="Acme")
    with pytest.raises(Refused) as refused:
        crm.update("account", account, revision=7, created_by=uuid4(), id=uuid4())
    assert {each.field for each in refused.value.problems} == {"revision", "created_by", "id"}


def test_archiving_frees_a_unique_value_and_restoring_may_find_it_taken(crm):
    old = crm.add("account", name="Acme")
    with crm.work() as work:
        records.archive(work, "account", old)
    new = crm.add("account", name="Acme")
    with pytest.raises(Refused) as refused, crm.work() as work:
        records.restore(work, "account", old)
    assert str(refused.value.problems[0]) == "Name is already taken by another record"
    crm.update("account", new, name="Other")
    with crm.work() as work:
        assert records.restore(work, "account", old) == 3
        assert records.restore(work, "account", old) == 3
    assert [each["kind"] for each in crm.changes(old)] == ["created", "archived", "restored"]


def test_an_archived_record_is_left_as_it_is_until_it_is_restored(crm):
    mary = crm.person("Mary", "admin")
    account = crm.add("account", mary, name="Acme")
    with crm.work(mary) as work:
        records.archive(work, "account", account)
    with pytest.raises(Forbidden):
        crm.update("account", account, mary, name="B")


def test_an_archived_record_cannot_be_linked_to(crm):
    account = crm.add("account", name="Acme")
    deal = crm.add("deal", name="A", account=account)
    with crm.work() as work:
        records.archive(work, "account", account)
    with pytest.raises(Refused):
        crm.add("deal", name="B", account=account)
    crm.update("deal", deal, name="C", account=account)


def test_what_is_not_there_cannot_be_changed(crm):
    with pytest.raises(Missing):
        crm.update("account", uuid4(), name="A")


def test_who_wants_to_read_what_they_changed_does_not_give_it_away(crm):
    ann, ben = crm.person("Ann", "seller"), crm.person("Ben", "seller")
    mine, other = (crm.add("account", name=each.name, owner=each.id) for each in (ann, ben))
    contact = crm.add("contact", last="Lee", account=mine)
    with pytest.raises(Missing), crm.work(ann) as work:
        records.update(work, "contact", contact, {"account": other}, to_read=True)
    assert crm.value("contact", contact, "account") == mine
    crm.update("contact", contact, actor=ann, account=other)
    assert crm.value("contact", contact, "account") == other
