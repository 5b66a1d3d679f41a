"""What happened lately."""

from __future__ import annotations

from customary.engine import records
from customary.engine.records.reader.recent import recent


def test_each_record_stands_once_with_its_latest_change_newest_first(crm):
    ann = crm.person("Ann", "admin")
    first, second = crm.add("account", ann, name="First"), crm.add("account", ann, name="Second")
    crm.update("account", first, ann, industry="steel")
    with crm.reading(ann) as work:
        found = recent(work)
    told = [(each.record, each.kind) for each in found.changes if each.entity == "account"]
    assert told == [(first, "updated"), (second, "created")]
    assert found.titles["account", first] == "First"
    assert found.titles["user", ann.id] == "Ann"


def test_what_may_not_be_read_and_what_is_hidden_is_left_out(crm):
    ann, eve = crm.person("Ann", "seller"), crm.person("Eve", "seller")
    crm.add("deal", ann, name="Ann's own")
    account = crm.add("account", ann, name="Open to all")
    crm.update("account", account, secret="hush", industry="steel")
    with crm.reading(eve) as work:
        found = recent(work)
    by_entity = {each.entity: each for each in found.changes}
    assert "deal" not in by_entity
    assert by_entity["account"].names == ("industry",)


def test_deleted_records_are_not_told_of(crm):
    account = crm.add("account", name="Gone")
    with crm.work() as work:
        records.delete(work, "account", account)
        assert all(each.record != account for each in recent(work).changes)
