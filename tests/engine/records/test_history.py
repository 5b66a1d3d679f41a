"""What happened to a record, and its timeline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customary.engine import records
from customary.engine.fields.any_link import AnyLink
from customary.engine.records import Missing


def test_history_is_newest_first_and_paged(crm):
    account = crm.add("account", name="A0")
    for number in range(1, 6):
        crm.update("account", account, name=f"A{number}")
    with crm.reading() as work:
        first = records.history(work, "account", account, limit=2)
        rest = records.history(work, "account", account, before=first[-1].at, limit=50)
    assert [each.after["name"] for each in first + rest] == ["A5", "A4", "A3", "A2", "A1", "A0"]
    assert [each.kind for each in rest][-1] == "created"
    assert first[0].names == ("name",)


def test_history_names_who_and_why(crm):
    mary = crm.person("Mary", "seller")
    account = crm.add("account", mary, name="Acme")
    with crm.reading(mary) as work:
        (created,) = records.history(work, "account", account)
    assert (created.actor, created.cause, created.entity) == (mary.id, {"origin": "api"}, "account")


def test_the_history_of_what_may_not_be_read_is_missing(crm):
    mary, john = crm.person("Mary", "seller"), crm.person("John", "seller")
    deal = crm.add("deal", mary, name="A")
    with crm.reading(john) as work, pytest.raises(Missing):
        records.history(work, "deal", deal)
    with crm.work() as work:
        records.delete(work, "deal", deal)
    with crm.reading() as work:
        assert [each.kind for each in records.history(work, "deal", deal)] == ["deleted", "created"]
    with crm.reading(mary) as work, pytest.raises(Missing):
        records.history(work, "deal", deal)


def test_a_timeline_holds_changes_activities_and_tasks(crm):
    mary = crm.person("Mary", "seller")
    deal = crm.add("deal", mary, name="A")
    crm.add("activity", mary, subject="Called", about=AnyLink("deal", deal))
    crm.update("deal", deal, mary, note="Keen")
    with crm.reading(mary) as work:
        found = records.timeline(work, "deal", deal)
        first = records.timeline(work, "deal", deal, limit=2)
        rest = records.timeline(work, "deal", deal, before=first.next)
    shown = [each.change.kind if each.change else each.record.title for each in found.entries]
    assert shown == ["updated", "Called", "created", "Research A"] or shown == [
        "updated",
        "Called",
        "Research A",
        "created",
    ]
    assert found.next is None
    assert [each.at for each in (*first.entries, *rest.entries)] == [each.at for each in found.entries]
    assert found.titles["user", mary.id] == "Mary"


def test_an_activity_stands_where_it_took_place(crm):
    deal = crm.add("deal", name="A")
    crm.add("activity", subject="Long ago", about=AnyLink("deal", deal), at=crm.now - timedelta(days=400))
    with crm.reading() as work:
        entries = records.timeline(work, "deal", deal).entries
    assert entries[-1].record.title == "Long ago"
