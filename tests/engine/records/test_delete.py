"""Deleting records: what forbids it, what goes along, what is cleared."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.fields.any_link import AnyLink
from customary.engine.records import Forbidden, Missing, Refused


def test_a_restricting_link_forbids_it_and_says_who(crm):
    account = crm.add("account", name="Acme")
    crm.add("deal", name="A", account=account)
    with pytest.raises(Refused) as refused, crm.work() as work:
        records.delete(work, "account", account)
    assert str(refused.value.problems[0].reason) == "is still used by 1 Deals in Account"
    assert crm.rows("account") == 1


def test_clearing_and_cascading_links_follow(crm):
    account = crm.add("account", name="Acme")
    contact = crm.add("contact", last="Lee", account=account)
    deal = crm.add("deal", name="A", main=contact, contacts=(contact,))
    task = crm.add("task", title="Call", about=AnyLink("account", account))
    with crm.work() as work:
        records.delete(work, "account", account)
    assert crm.rows("contact") == 0
    values = crm.values("deal", deal)
    assert (values["main"], values["contacts"]) == (None, ())
    assert crm.value("task", task, "about") is None
    assert [each["kind"] for each in crm.changes(contact)] == ["created", "deleted"]
    assert [each["kind"] for each in crm.changes(deal)] == ["created", "updated", "updated"]


def test_the_change_row_keeps_what_was_deleted(crm):
    account = crm.add("account", name="Acme", industry="steel")
    with crm.work() as work:
        records.delete(work, "account", account)
    assert crm.changes(account)[-1]["before"] == {"name": "Acme", "industry": "steel", "active": True}
    with crm.reading() as work:
        assert records.search(work, "acme") == []
        with pytest.raises(Missing):
            records.get(work, "account", account)


def test_it_takes_the_right_to_delete(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    account = crm.add("account", mary, name="Acme")
    with pytest.raises(Forbidden), crm.work(john) as work:
        records.delete(work, "account", account)
    with crm.work(mary) as work:
        records.delete(work, "account", account)
