"""Child rows are edited inside their parent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from customary.engine import records
from customary.engine.money import Money
from customary.engine.records import Refused


def lines(crm, deal) -> list[tuple[str, int]]:
    return [
        (values["product"], values["quantity"])
        for values in (crm.values("line", id) for id in crm.value("deal", deal, "lines"))
    ]


def test_rows_are_made_changed_and_deleted_with_their_parent(crm):
    deal = crm.add("deal", name="A", lines=[{"product": "Bolt"}, {"product": "Nut", "quantity": 5}])
    bolt, nut = crm.value("deal", deal, "lines")
    assert lines(crm, deal) == [("Bolt", 1), ("Nut", 5)]
    crm.update("deal", deal, lines=[{"id": nut, "quantity": 6}, {"product": "Washer"}])
    assert lines(crm, deal) == [("Nut", 6), ("Washer", 1)]
    assert [each["kind"] for each in crm.changes(bolt)] == ["created", "deleted"]
    assert [each["kind"] for each in crm.changes(nut)] == ["created", "updated"]
    assert crm.changes(nut)[0]["cause"] == {"origin": "api", "parent": ["deal", str(deal)]}
    assert crm.value("deal", deal, "revision") == 2


def test_a_wrong_row_refuses_the_whole_and_says_where(crm):
    with pytest.raises(Refused) as refused:
        crm.add("deal", lines=[{"product": "Bolt"}, {"quantity": 0}])
    assert {(each.within, each.row, each.field, str(each.reason)) for each in refused.value.problems} == {
        ("lines", 1, "quantity", "must be at least 1"),
        ("lines", 1, "product", "is required"),
        (None, None, "name", "is required"),
    }
    assert (crm.rows("deal"), crm.rows("line")) == (0, 0)


def test_rows_that_stay_the_same_write_nothing(crm):
    deal = crm.add("deal", name="A", lines=[{"product": "Bolt"}])
    (bolt,) = crm.value("deal", deal, "lines")
    assert crm.update("deal", deal, lines=[{"id": bolt, "product": "Bolt"}]) == 1
    assert len(crm.changes(deal)) == 1


def test_a_row_of_another_parent_cannot_be_taken(crm):
    one = crm.add("deal", name="A", lines=[{"product": "Bolt"}])
    two = crm.add("deal", name="B")
    with pytest.raises(Refused):
        crm.update("deal", two, lines=[{"id": crm.value("deal", one, "lines")[0]}])


def test_deleting_the_parent_deletes_its_rows(crm):
    deal = crm.add("deal", name="A", lines=[{"product": "Bolt"}])
    with crm.work() as work:
        records.delete(work, "deal", deal)
    assert (crm.rows("deal"), crm.rows("line")) == (0, 0)


def test_formulas_of_rows_and_lists_are_worked_out(crm):
    price = Money(Decimal("2.50"), "EUR")
    deal = crm.add("deal", name="A", lines=[{"product": "Bolt", "quantity": 3, "price": price}])
    (line,) = crm.value("deal", deal, "lines")
    assert crm.value("line", line, "total") == Money(Decimal("7.50"), "EUR")
