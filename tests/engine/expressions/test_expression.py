"""What an expression gives where it ends: values, ids, columns."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.expressions import compile
from customary.engine.money import Money

from .conftest import NOW, TABLES, House


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("7 / 2", Decimal("3.5")),
        ("1 / 3", Decimal("0.3333333333")),
        ("1 / 8 * 0.00000001", Decimal("0.0000000012")),
        ("round(2.5) + round(-0.5)", Decimal(2)),
        ("1 / 0", None),
        ("null != 'x'", True),
        ("null == null", True),
        ("payload.missing == null", True),
        ("payload.who.name", "Ann"),
        ("lost > 3 && false", False),
        ("lost > 3 || true", True),
        ("lost > 3 || false", None),
        ("lost > 3 ? 1 : 2", Decimal(2)),
        ("[1, 2].map(n, n * 2).sum()", Decimal(6)),
        ("['a', null].exists(n, n == null)", True),
        ("add_months('2026-01-31', 1)", None),
        ("now()", NOW),
    ],
)
def test_an_expression_has_a_value(house: House, text: str, value: object) -> None:
    text = text.replace("lost", "coalesce(rate, null)").replace("'2026-01-31'", "began")
    record = {"id": None, "rate": None, "began": None}
    assert compile(text, house.names).evaluate(house.scope(record)) == value


def test_a_record_is_worth_its_id_and_a_list_their_ids(house: House) -> None:
    scope = house.scope(house.records["deal"][1])
    tasks = [each for each in house.records["task"] if each["deal"] == scope.record["id"]]
    assert compile("user", house.names).evaluate(scope) == house.user["id"]
    assert compile("record", house.names).evaluate(scope) == scope.record["id"]
    assert compile("tasks", house.names).evaluate(scope) == tuple(each["id"] for each in tasks)
    assert compile("tasks.first()", house.names).evaluate(scope) == tasks[0]["id"]


def test_old_is_the_record_when_nothing_changed(house: House) -> None:
    changed = compile("old.owner != owner", house.names)
    record = house.records["deal"][0]
    assert not changed.holds(house.scope(record))
    assert changed.holds(house.scope(record, old={**record, "owner": None}))


def test_money_of_two_currencies_is_neither_added_nor_compared(house: House) -> None:
    record = {"amount": Money(Decimal(5), "EUR"), "cost": Money(Decimal(2), "USD")}
    cases = (("amount + cost", None), ("amount > cost", None), ("amount == cost", False), ("amount > 4", True))
    for text, value in cases:
        assert compile(text, house.names).evaluate(house.scope(record)) == value


def test_a_computed_column_keeps_unknown_apart_from_false(filled: Database, house: House) -> None:
    good = compile("stage != 'offer' && amount > 1", house.names)
    column = good.column(house.rows, house.values)
    with filled.read() as connection:
        found = dict(map(tuple, connection.execute(sa.select(TABLES["deal"].c.id, column))))
    assert found == {each["id"]: good.evaluate(house.scope(each)) for each in house.records["deal"]}
    assert {True, False, None} == set(found.values())


def test_a_computed_amount_tells_its_currency(filled: Database, house: House) -> None:
    profit = compile("amount - cost", house.names)
    column = profit.column(house.rows, house.values, "_currency")
    with filled.read() as connection:
        found = dict(map(tuple, connection.execute(sa.select(TABLES["deal"].c.id, column))))
    for each in house.records["deal"]:
        money = profit.evaluate(house.scope(each))
        assert money is None or found[each["id"]] == money.currency
