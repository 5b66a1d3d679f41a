"""Amounts in several currencies are summed in the workspace's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from customary.engine import records
from customary.engine.money import Money
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace

DEFINITIONS = """
entity: offer
fields:
  name: {type: text}
  amount: {type: money}
"""


@pytest.fixture
def workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "customary.yaml").write_text("name: House\npacks: [core]\ncurrency: EUR\n", encoding="utf-8")
    (tmp_path / "schemas" / "offer.yaml").write_text(DEFINITIONS, encoding="utf-8")
    workspace = Workspace.open(tmp_path, database_url)
    workspace.apply()
    yield workspace
    workspace.close()


def do(workspace: Workspace, fn: Any, *args: Any, **named: Any) -> Any:
    with workspace.database.write() as connection:
        return fn(workspace.work(connection, SYSTEM), *args, **named)


def offer(workspace: Workspace, amount: str, currency: str) -> Any:
    return do(workspace, records.create, "offer", {"name": amount, "amount": Money(Decimal(amount), currency)})


def rate(workspace: Workspace, currency: str, value: str, day: date = date(2026, 1, 1)) -> Any:
    return do(workspace, records.create, "rate", {"currency": currency, "day": day, "value": Decimal(value)})


def total(workspace: Workspace) -> Money | None:
    (group,) = do(workspace, records.aggregate, "offer", sums=["amount"])
    return group.values["sum"]["amount"]


def test_a_sum_of_mixed_amounts_is_in_the_workspaces_currency(workspace: Workspace):
    rate(workspace, "USD", "0.90")
    offer(workspace, "100", "EUR")
    offer(workspace, "50", "USD")
    assert total(workspace) == Money(Decimal("145.00"), "EUR")


def test_without_a_rate_there_is_no_sum_until_one_comes(workspace: Workspace):
    offer(workspace, "100", "EUR")
    offer(workspace, "50", "USD")
    assert total(workspace) is None
    rate(workspace, "USD", "0.5")
    assert total(workspace) == Money(Decimal("125.00"), "EUR")


def test_an_amount_keeps_the_rate_of_the_day_it_was_written(workspace: Workspace):
    rate(workspace, "USD", "0.5")
    offer(workspace, "100", "EUR")
    first = offer(workspace, "50", "USD")
    rate(workspace, "USD", "2", date(2026, 2, 1))
    assert total(workspace) == Money(Decimal("125.00"), "EUR")
    do(workspace, records.update, "offer", first, {"amount": Money(Decimal("60"), "USD")})
    assert total(workspace) == Money(Decimal("220.00"), "EUR")


def test_a_rate_of_tomorrow_is_not_used_today(workspace: Workspace):
    rate(workspace, "USD", "0.5")
    rate(workspace, "USD", "9", date(2999, 1, 1))
    offer(workspace, "1", "EUR")
    offer(workspace, "50", "USD")
    assert total(workspace) == Money(Decimal("26.00"), "EUR")


MIXED = """
entity: bill
fields:
  name: {type: text}
  net: {type: money}
  fee: {type: money}
  due: {type: money, formula: net + fee}
  left: {type: boolean, formula: net > fee}
  flat: {type: money, formula: 'name == null ? net : 3'}
  whole: {type: money, formula: due + flat}
checks:
  worthwhile: {check: net > fee, message: {en: must be more than the fee}, field: net}
"""


def bill(workspace: Workspace, net: str, fee: str) -> Any:
    amounts = {name: Money(Decimal(text.split()[0]), text.split()[1]) for name, text in (("net", net), ("fee", fee))}
    return do(workspace, records.create, "bill", {"name": net, **amounts})


def test_amounts_of_several_currencies_meet_in_the_workspaces(workspace: Workspace) -> None:
    (workspace.directory / "schemas" / "bill.yaml").write_text(MIXED, encoding="utf-8")
    workspace.apply()
    unknown = bill(workspace, "10 EUR", "5 CHF")
    rate(workspace, "USD", "0.9")
    mixed = bill(workspace, "100 EUR", "10 USD")
    same = bill(workspace, "100 USD", "10 USD")
    with pytest.raises(records.Refused) as refused:
        bill(workspace, "8 EUR", "10 USD")
    assert [(each.field, str(each.reason)) for each in refused.value.problems] == [("net", "must be more than the fee")]
    rate(workspace, "USD", "0.5", date(2026, 1, 2))
    wanted = {unknown: None, mixed: Money(Decimal(109), "EUR"), same: Money(Decimal(110), "USD")}
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        page = records.select(work, "bill", records.Query())
        assert {each.id: each.values["due"] for each in page.records} == wanted
        assert {each.id: records.get(work, "bill", each.id).values["due"] for each in page.records} == wanted
        whole = {each.id: each.values["whole"] for each in page.records}
        assert whole == {unknown: None, mixed: Money(Decimal(112), "EUR"), same: Money(Decimal(102), "EUR")}
        assert {each.id: records.get(work, "bill", each.id).values["whole"] for each in page.records} == whole
        for each in page.records:
            scope = records.RecordScope(work, "bill", records.storage.load(work, "bill", each.id))
            assert scope.record["whole"] == whole[each.id]
        (summed,) = records.aggregate(work, "bill", sums=["whole", "due"])
        assert summed.values["sum"] == {"whole": Money(Decimal(214), "EUR"), "due": Money(Decimal(208), "EUR")}
        condition = records.compile_where(work, "bill", "due > net && left")
        found = records.select(work, "bill", records.Query(where=condition)).records
        assert {each.id for each in found} == {mixed, same}
