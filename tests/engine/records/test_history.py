"""What happened to a record."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.records import Missing


def test_history_is_newest_first_and_paged(crm):
    account = crm.add("account", name="A0")
    for number in range(1, 6):
        crm.update("account", account, name=f"A{number}")
    with crm.reading() as work:
        first = records.history(work, "account", account, limit=2)
        rest = records.history(work, "account", account, after=first.next, limit=50)
    assert [each.after["name"] for each in first.changes + rest.changes] == ["A5", "A4", "A3", "A2", "A1", "A0"]
    assert [each.kind for each in rest.changes][-1] == "created"
    assert first.changes[0].names == ("name",)
    assert rest.next is None


def test_changes_of_one_moment_are_all_told_across_pages(crm):
    with crm.work() as work:
        account = records.create(work, "account", {"name": "A0"})
        for number in range(1, 4):
            records.update(work, "account", account, {"name": f"A{number}"})
    with crm.reading() as work:
        first = records.history(work, "account", account, limit=2)
        rest = records.history(work, "account", account, first.next, limit=2)
    assert {each.at for each in first.changes} == {each.at for each in rest.changes}
    assert [each.after["name"] for each in first.changes + rest.changes] == ["A3", "A2", "A1", "A0"]
    assert rest.next is None


def test_a_page_of_changes_that_are_hidden_leads_on_to_what_came_before(crm):
    mary = crm.person("Mary", "seller")
    account = crm.add("account", mary, name="Acme")
    for number in range(3):
        crm.update("account", account, secret=f"S{number}")
    with crm.reading(mary) as work:
        first = records.history(work, "account", account, limit=2)
        rest = records.history(work, "account", account, first.next, limit=2)
    assert (first.changes, [each.kind for each in rest.changes], rest.next) == ((), ["created"], None)


def test_history_names_who_and_why(crm):
    mary = crm.person("Mary", "seller")
    account = crm.add("account", mary, name="Acme")
    with crm.reading(mary) as work:
        (created,) = records.history(work, "account", account).changes
    assert (created.actor, created.cause, created.entity) == (mary.id, {"origin": "api"}, "account")


def test_the_history_of_what_may_not_be_read_is_missing(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    deal = crm.add("deal", mary, name="A")
    with crm.reading(john) as work, pytest.raises(Missing):
        records.history(work, "deal", deal)
    with crm.work() as work:
        records.delete(work, "deal", deal)
    with crm.reading() as work:
        assert [each.kind for each in records.history(work, "deal", deal).changes] == ["deleted", "created"]
    with crm.reading(mary) as work, pytest.raises(Missing):
        records.history(work, "deal", deal)
