"""Retention: what is due is archived and erased, in time and a few at a time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from customary.engine import audit, records
from customary.engine.files import Store
from customary.engine.privacy import retaining
from customary.engine.privacy.retaining import Retaining
from customary.engine.records.personal.erased import tombstone, tombstones
from customary.engine.records.personal.retention import coming

from ..conftest import Crm

DEFINITIONS = """
entity: visitor
title: name
fields:
  name: {type: text, required: true, personal: true}
  kind: {type: text}
retain: {archive_after: 1y, erase_after: 3y, where: kind != "staff"}
---
entity: booking
title: name
fields:
  name: {type: text, personal: true}
  day: {type: date}
retain: {erase_after: 6months, from: day}
"""


@pytest.fixture
def crm(database) -> Crm:
    return Crm(database, DEFINITIONS)


@pytest.fixture
def look(crm, tmp_path: Path):
    """`look(days)` is a round of retention so many days later; it gives how many records it was about."""
    worker = Retaining(crm.database, SimpleNamespace(current=lambda: crm.release), Store("files", tmp_path))
    return lambda days: worker.once(crm.now + timedelta(days=days))


def test_what_is_due_is_archived_and_later_erased_counted_from_the_last_change(crm, look):
    old, staff = crm.add("visitor", name="Ann"), crm.add("visitor", name="Bob", kind="staff")
    changed = crm.values("visitor", old)["updated_at"]
    assert look(364) == 0
    assert look(366) == 1
    values = crm.values("visitor", old)
    assert (values["archived_at"] is not None, values["updated_at"], values["name"]) == (True, changed, "Ann")
    assert look(3 * 365 - 1) == 0
    assert look(3 * 365 + 2) == 1
    assert crm.values("visitor", old)["name"] == f"Erased {old.hex[-8:]}"
    assert crm.values("visitor", staff)["name"] == "Bob"
    with crm.database.read() as connection:
        assert tombstone(connection, old).why == "retain: erase_after 3y"
        assert [each.record for each in audit.lines(connection, kind="erased")] == [old]
    assert look(9 * 365) == 0


def test_it_counts_from_a_date_where_one_is_named_and_leaves_what_has_none(crm, look):
    past, never = crm.add("booking", name="Ann", day=date(2025, 9, 1)), crm.add("booking", name="Cy")
    crm.add("booking", name="Dora", day=date(2027, 1, 1))
    assert look(0) == 1
    with crm.database.read() as connection:
        assert [each.record for each in tombstones(connection)] == [past]
    assert crm.values("booking", never)["name"] == "Cy"


def test_more_than_one_batch_is_done_and_one_worker_looks_an_hour(crm, look, monkeypatch):
    monkeypatch.setattr(retaining, "BATCH", 3)
    with crm.work() as work:
        records.create_many(work, "booking", [{"name": f"N{n}", "day": date(2020, 1, 1)} for n in range(8)])
    assert look(0) == 8
    crm.add("booking", name="Late", day=date(2020, 1, 1))
    assert look(0) == 0
    assert look(1) == 1


def test_a_record_that_cannot_be_archived_is_left_and_the_others_are_done(crm, look, monkeypatch, caplog):
    one, two = crm.add("visitor", name="A"), crm.add("visitor", name="B")
    archive = retaining.archive

    def refusing(work, entity, id):
        if id == one:
            raise records.Refused([])
        return archive(work, entity, id)

    monkeypatch.setattr(retaining, "archive", refusing)
    assert look(400) == 1
    assert crm.values("visitor", two)["archived_at"] is not None
    assert f"visitor {one} is not archived" in caplog.text


def test_a_record_tells_when_its_time_is_over(crm):
    id, staff = crm.add("visitor", name="Ann"), crm.add("visitor", name="Bob", kind="staff")
    with crm.reading() as work:
        told = coming(work, "visitor", records.get(work, "visitor", id).values)
        assert told == {"archive": date(2027, 3, 2), "erase": date(2029, 3, 2)}
        assert coming(work, "visitor", records.get(work, "visitor", staff).values) == {}
