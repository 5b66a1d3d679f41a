"""Python, SQLite and PostgreSQL give the same answer to every expression.

Each run asks the same ones; CUSTOMARY_SEED and CUSTOMARY_EXPRESSIONS ask others, and more.
"""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from customary.engine.arithmetic import microseconds
from customary.engine.database import Database
from customary.engine.expressions import Expression, ExpressionError, compile
from customary.engine.money import Money

from .conftest import TABLES, House
from .generator import Generator

SEED = int(os.environ.get("CUSTOMARY_SEED", "1"))
COUNT = int(os.environ.get("CUSTOMARY_EXPRESSIONS", "250"))
KINDS = ("number", "money", "text", "date", "moment", "clock", "span")
DEALS = TABLES["deal"]


@pytest.fixture(scope="module")
def conditions(house: House) -> list[Expression]:
    return _expressions(house, SEED, ("boolean",), COUNT)


@pytest.fixture(scope="module")
def values(house: House) -> list[Expression]:
    return _expressions(house, SEED + 1, KINDS, COUNT)


def _expressions(house: House, seed: int, kinds: tuple[str, ...], count: int) -> list[Expression]:
    """So many of these kinds; what is too large for a database is rare, and left out."""
    generator, found, too_large = Generator(seed), [], 0
    while len(found) < count:
        expression = compile(generator.write(kinds[len(found) % len(kinds)]), house.names)
        try:
            expression.clause(house.rows, house.values)
        except ExpressionError as error:
            assert "too large" in error.summary
            too_large += 1
        else:
            found.append(expression)
    assert too_large < count / 20
    return found


def test_a_condition_holds_for_the_same_records(filled: Database, house: House, conditions: list[Expression]) -> None:
    with filled.read() as connection:
        for condition in conditions:
            expected = {each["id"] for each in house.records["deal"] if condition.holds(house.scope(each))}
            clause = condition.clause(house.rows, house.values)
            found = set(connection.scalars(sa.select(DEALS.c.id).where(clause)))
            assert found == expected, condition.text


def test_the_opposite_of_a_condition_holds_for_the_same_records(
    filled: Database, house: House, conditions: list[Expression]
) -> None:
    with filled.read() as connection:
        for condition in conditions[::2]:
            opposite = compile(f"!({condition.text})", house.names)
            expected = {each["id"] for each in house.records["deal"] if opposite.holds(house.scope(each))}
            clause = opposite.clause(house.rows, house.values)
            found = set(connection.scalars(sa.select(DEALS.c.id).where(clause)))
            assert found == expected, opposite.text


def test_a_value_is_the_same_for_all_records(filled: Database, house: House, values: list[Expression]) -> None:
    with filled.read() as connection:
        for value in values:
            expected = {each["id"]: _plain(value.evaluate(house.scope(each))) for each in house.records["deal"]}
            query = sa.select(DEALS.c.id, value.clause(house.rows, house.values).label("value"))
            found = {row.id: row.value for row in connection.execute(query)}
            assert found == expected, value.text


def test_plain_text_is_the_same_for_all_records(filled: Database, house: House, values: list[Expression]) -> None:
    with filled.read() as connection:
        for value in values[::3]:
            text = compile(f"format({value.text})", house.names)
            expected = {each["id"]: text.evaluate(house.scope(each)) for each in house.records["deal"]}
            query = sa.select(DEALS.c.id, text.clause(house.rows, house.values).label("value"))
            found = {row.id: row.value for row in connection.execute(query)}
            assert found == expected, text.text


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, timedelta):
        return Decimal(microseconds(value))
    return value


def test_money_has_the_same_currency_and_worth(filled: Database, house: House) -> None:
    with filled.read() as connection:
        for value in _expressions(house, SEED + 2, ("money",), COUNT // 2):
            expected = {}
            for each in house.records["deal"]:
                money = value.evaluate(house.scope(each))
                expected[each["id"]] = (money.currency, money.base and money.base.amount) if money else None
            parts = [value.column(house.rows, house.values, part) for part in ("", "_currency", "_base")]
            columns = (part.label(f"part_{number}") for number, part in enumerate(parts))
            rows = connection.execute(sa.select(DEALS.c.id, *columns))
            found = {row.id: (row.part_1, row.part_2) if row.part_0 is not None else None for row in rows}
            assert found == expected, value.text
