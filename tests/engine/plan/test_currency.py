"""The workspace, or a field, gets another currency: amounts keep theirs, and are worth what the rates say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.money import Money
from customary.engine.records.changes import change

TEXT = """
entity: rate
plays: rate
fields:
  currency: {type: text}
  day: {type: date}
  value: {type: decimal, scale: 8}
---
entity: account
fields:
  name: {type: text}
  bought: {type: money, rollup: 'deals.sum(d, d.amount)', index: true}
---
entity: deal
fields:
  amount: {type: money}
  in_dollars: {type: money, currency: USD}
  account: {type: link, to: account, inverse: deals}
"""
RATES = [("USD", date(2020, 1, 1), "0.8"), ("GBP", date(2020, 1, 1), "1.2"), ("USD", date(2025, 1, 1), "0.5")]


@pytest.fixture
def priced(ground):
    ground.apply(TEXT)
    for currency, day, value in RATES:
        ground.create("rate", {"currency": currency, "day": day, "value": value})
    return ground


def worth(ground, id, field: str = "amount", entity: str = "deal") -> tuple[Money, Money | None]:
    value = ground.value(entity, id, field)
    return value, value.base


def rates(ground) -> set:
    made = ground.release.tables.entity("rate")
    columns = made.columns(["currency", "day", "value"])
    with ground.database.read() as connection:
        found = [made.load(row) for row in connection.execute(sa.select(*columns))]
    return {(each["currency"], each["day"], each["value"].normalize()) for each in found}


def money(amount: str, currency: str) -> Money:
    return Money(Decimal(amount), currency)


def test_amounts_keep_their_currency_and_are_worth_what_the_rates_say_in_the_new_one(priced):
    account = priced.create("account", {"name": "A"})
    amounts = (money("10", "EUR"), money("12", "USD"), money("5", "GBP"), money("7", "CHF"))
    euros, dollars, pounds, francs = (priced.create("deal", {"amount": each, "account": account}) for each in amounts)
    assert worth(priced, pounds) == (money("5.00", "GBP"), money("6.00", "EUR"))
    priced.settings = priced.settings.replace("EUR", "USD")
    lines = priced.apply(TEXT)
    assert "~ entity rate; rates are told in USD from now on" in lines
    assert rates(priced) == {
        ("EUR", date(2020, 1, 1), Decimal("1.25")),
        ("EUR", date(2025, 1, 1), Decimal(2)),
        ("GBP", date(2020, 1, 1), Decimal("1.5")),
    }
    found = [worth(priced, id) for id in (euros, dollars, pounds, francs)]
    assert found == [
        (money("10.00", "EUR"), money("20.00", "USD")),
        (money("12.00", "USD"), money("12.00", "USD")),
        (money("5.00", "GBP"), money("7.50", "USD")),
        (money("7.00", "CHF"), None),
    ]
    with priced.database.read() as connection:
        kinds = connection.execute(sa.select(change.c.kind).where(change.c.entity == "rate")).scalars().all()
    assert sorted(kinds) == ["created"] * 3 + ["updated"] * 3
    priced.update("deal", francs, {"amount": money("7", "GBP")})
    assert worth(priced, account, "bought", "account")[0] == money("50.00", "USD")


def test_amounts_of_records_that_join_are_worth_what_the_rates_say_too(priced):
    bid = "---\nentity: bid\nfields:\n  amount: {type: money}\n"
    priced.apply(TEXT + bid)
    both = [priced.create(entity, {"amount": money("10", "EUR")}) for entity in ("bid", "deal")]
    priced.settings = priced.settings.replace("EUR", "USD")
    priced.apply(TEXT.replace("entity: deal\n", "entity: deal\nwas: [bid, deal]\n"))
    assert [worth(priced, id) for id in both] == [(money("10.00", "EUR"), money("20.00", "USD"))] * 2


def test_a_currency_that_no_rate_knows_is_refused(priced):
    priced.settings = priced.settings.replace("EUR", "CHF")
    assert priced.plan(TEXT).problems == (
        "workspace: currency: no rate says what CHF is worth in EUR. Enter one first, so that amounts of other"
        " currencies keep their worth.",
    )


def test_a_field_of_another_currency_keeps_its_amounts(priced):
    id = priced.create("deal", {"in_dollars": 12})
    priced.apply(TEXT.replace("currency: USD", "currency: GBP"))
    assert worth(priced, id, "in_dollars") == (money("12.00", "USD"), money("6.00", "EUR"))
    other = priced.create("deal", {"in_dollars": 10})
    assert worth(priced, other, "in_dollars") == (money("10.00", "GBP"), money("12.00", "EUR"))


def test_amounts_of_a_smaller_scale_are_rounded_and_of_a_larger_one_stay(priced):
    id = priced.create("deal", {"amount": money("12.50", "EUR")})
    priced.apply(TEXT.replace("amount: {type: money}", "amount: {type: money, scale: 4}"))
    assert worth(priced, id) == (money("12.5000", "EUR"), money("12.5000", "EUR"))
    priced.apply(TEXT.replace("amount: {type: money}", "amount: {type: money, scale: 0}"))
    assert worth(priced, id) == (money("12", "EUR"), money("12", "EUR"))


def test_a_rate_of_the_old_currency_in_itself_is_in_the_way(priced):
    own = priced.create("rate", {"currency": "EUR", "day": date(2020, 1, 1), "value": "1"})
    priced.settings = priced.settings.replace("EUR", "USD")
    assert priced.plan(TEXT).problems == (
        "workspace: currency: a rate says what EUR is worth in EUR itself. Archive or delete it first: the rates of USD"
        " become those of EUR.",
    )
    with priced.database.write() as connection:
        records.delete(priced._work(connection), "rate", own)
    assert priced.plan(TEXT).problems == ()
