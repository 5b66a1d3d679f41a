"""Counting and summing in groups."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from customary.engine import records
from customary.engine.money import Money
from customary.engine.records import Refused


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.fixture
def deals(crm):
    steel = crm.add("account", name="Steel", industry="steel")
    shop = crm.add("account", name="Shop", industry="retail")
    for name, account, amount, discount, day in (
        ("A", steel, "10.50", 5, 1),
        ("B", steel, "20.25", None, 2),
        ("C", shop, "1.00", 10, 2),
        ("D", None, None, 20, None),
    ):
        crm.add(
            "deal",
            name=name,
            account=account,
            amount=euro(amount) if amount else None,
            discount=Decimal(discount) if discount is not None else None,
            closes=date(2026, 3 + day, 10) if day else None,
        )
    return {"steel": steel, "shop": shop}


def test_everything_together_is_one_group(crm, deals):
    with crm.reading() as work:
        (group,) = records.aggregate(
            work, "deal", sums=["amount", "discount"], avgs=["discount", "amount"], mins=["closes"], maxs=["amount"]
        )
    assert group.count == 4
    assert group.values["sum"] == {"amount": euro("31.75"), "discount": Decimal(35)}
    assert group.values["avg"]["discount"] == Decimal("11.6666666667")
    assert group.values["avg"]["amount"].amount == Decimal("10.5833333333")
    assert group.values["min"] == {"closes": date(2026, 4, 10)}
    assert group.values["max"] == {"amount": euro("20.25")}


def test_groups_by_link_field_path_and_expression(crm, deals):
    with crm.reading() as work:
        by_link = records.aggregate(work, "deal", ["account"], sums=["amount"])
        assert {each.key["account"]: (each.count, each.values["sum"]["amount"]) for each in by_link} == {
            deals["steel"]: (2, euro("30.75")),
            deals["shop"]: (1, euro("1.00")),
            None: (1, None),
        }
        assert by_link[0].titles["account", deals["steel"]] == "Steel"
        by_path = records.aggregate(work, "deal", ["account.industry"])
        assert [(each.key["account.industry"], each.count) for each in by_path] == [
            ("retail", 1),
            ("steel", 2),
            (None, 1),
        ]
        by_month = records.aggregate(work, "deal", ["month(closes)", "stage"])
        assert [(each.key["month(closes)"], each.key["stage"], each.count) for each in by_month] == [
            (4, "qualify", 1),
            (5, "qualify", 2),
            (None, "qualify", 1),
        ]


def test_a_condition_and_the_reader_narrow_it(crm, deals):
    mary = crm.person("Mary", "seller")
    with crm.reading() as work:
        where = records.compile_where(work, "deal", "discount >= 10")
        assert records.aggregate(work, "deal", where=where)[0].count == 2
    with crm.reading(mary) as work:
        assert records.aggregate(work, "deal", sums=["amount"])[0].count == 0


def test_sums_of_formulas_add_up_what_the_records_show(crm, deals):
    with crm.reading() as work:
        (group,) = records.aggregate(work, "deal", sums=["weighted"])
    assert group.values["sum"]["weighted"] == euro("3.17")  # 1.05 + 2.02 + 0.10


def test_one_foreign_currency_stays_and_a_mixture_without_rates_is_unknown(crm):
    crm.add("deal", name="A", amount=Money(Decimal(5), "USD"))
    with crm.reading() as work:
        assert records.aggregate(work, "deal", sums=["amount"])[0].values["sum"]["amount"] == Money(Decimal(5), "USD")
    crm.add("deal", name="B", amount=Money(Decimal(5), "EUR"))
    with crm.reading() as work:
        assert records.aggregate(work, "deal", sums=["amount"])[0].values["sum"]["amount"] is None


def test_what_cannot_be_grouped_or_summed_is_refused_at_once(crm):
    with crm.reading() as work, pytest.raises(Refused) as refused:
        records.aggregate(work, "deal", ["contacts", "lines", "amount"])
    assert len(refused.value.problems) == 3
    with crm.reading() as work, pytest.raises(Refused):
        records.aggregate(work, "deal", sums=["name"])
    for text in ("", "1 +", "nothing", "\0", "account.nothing"):
        with crm.reading() as work, pytest.raises(Refused):
            records.aggregate(work, "deal", [text])
