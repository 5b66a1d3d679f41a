"""A many-to-many link through an entity of its own: its rows are edited like lines, and go with either end."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.database import Database
from customary.engine.records import Query, RecordScope, storage

from ..conftest import DEFINITIONS, Crm

THROUGH = (
    DEFINITIONS.replace(
        "contacts: {type: links, to: contact, inverse: deals}",
        "contacts: {type: links, to: contact, through: part, inverse: deals}",
    )
    + """---
entity: part
title: role
fields:
  deal: {type: link, to: deal, required: true}
  contact: {type: link, to: contact, required: true}
  role: {type: choice, options: [buyer, adviser]}
"""
)


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database, THROUGH)


def test_rows_between_are_written_with_their_fields(crm: Crm) -> None:
    lee, wong = crm.add("contact", last="Lee"), crm.add("contact", last="Wong")
    deal = crm.add("deal", name="A", contacts=[{"contact": lee, "role": "buyer"}, {"contact": wong}])
    with crm.reading() as work:
        found = storage.load_where(work, "part", "deal", deal)
    assert [(each["contact"], each["role"]) for each in found] == [(lee, "buyer"), (wong, None)]
    crm.update("deal", deal, contacts=[{"id": found[0]["id"], "role": "adviser"}])
    with crm.reading() as work:
        found = storage.load_where(work, "part", "deal", deal)
    assert [(each["contact"], each["role"]) for each in found] == [(lee, "adviser")]


def test_conditions_ask_the_rows_from_both_sides(crm: Crm) -> None:
    lee = crm.add("contact", last="Lee")
    deal = crm.add("deal", name="A", contacts=[{"contact": lee, "role": "buyer"}])
    crm.add("deal", name="B")
    for entity, text, wanted in (
        ("deal", 'contacts.exists(p, p.role == "buyer" && p.contact.last == "Lee")', deal),
        ("contact", 'deals.exists(p, p.deal.name == "A")', lee),
    ):
        with crm.reading() as work:
            condition = records.compile_where(work, entity, text)
            assert [each.id for each in records.select(work, entity, Query(where=condition)).records] == [wanted]
            assert condition.holds(RecordScope(work, entity, storage.load(work, entity, wanted)))


@pytest.mark.parametrize("end", ["deal", "contact"])
def test_rows_between_go_with_either_end(crm: Crm, end: str) -> None:
    lee = crm.add("contact", last="Lee")
    ends = {"contact": lee, "deal": crm.add("deal", name="A", contacts=[{"contact": lee}])}
    with crm.work() as work:
        records.delete(work, end, ends[end])
    assert crm.rows("part") == 0
    assert crm.rows("contact" if end == "deal" else "deal") == 1
