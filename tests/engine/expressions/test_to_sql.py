"""Clauses stay plain where an index could serve, and statements are compiled once."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.expressions import ExpressionError, compile

from .conftest import NOW, TABLES, ZONE, House


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("amount > 10000", "deal.amount > 1000000"),
        ("rate <= 2.50005", "deal.rate <= 25000"),
        ("10 < rate", "deal.rate > 100000"),
        ("count == 3", "deal.count = 3"),
        ("owner == user", "deal.owner = '00000001000000000000000000000000'"),
        ("stage == null", "likely(deal.stage IS NULL)"),
        ("stage == 'offer'", "deal.stage = 'proposal'"),
        ("name == 'x' && closes >= '2026-03-31'", "deal.name = 'x' AND deal.closes >= '2026-03-31'"),
        ("stage in ['new', 'offer']", "deal.stage IS NOT NULL AND deal.stage IN ('new', 'proposal')"),
        ("name > 'm'", "deal.name > 'm'"),
    ],
)
def test_a_plain_comparison_stays_plain(house: House, text: str, clause: str) -> None:
    made = compile(text, house.names).clause(house.rows, house.values)
    assert str(made.compile(dialect=_sqlite(), compile_kwargs={"literal_binds": True})) == clause


def _sqlite() -> sa.Dialect:
    return sa.create_engine("sqlite://").dialect


def test_a_statement_is_compiled_once(filled: Database, house: House) -> None:
    condition = compile(
        "amount > 100 && owner == user && tasks.sum(t, t.hours) < target && closes < today()", house.names
    )
    compiled = []
    for person, target in zip(house.records["person"], (1, "2.5", "3.75", 4), strict=True):
        values = SimpleNamespace(now=NOW, zone=ZONE, user=person, currency="EUR", bindings={"target": Decimal(target)})
        statement = sa.select(TABLES["deal"].c.id).where(condition.clause(house.rows, values))
        with filled.read() as connection:
            compiled.append(connection.execute(statement).context.compiled)  # type: ignore[attr-defined]
    assert len(set(map(id, compiled))) == 1


def test_data_from_outside_is_refused_in_clauses(house: House) -> None:
    condition = compile("payload.hours > 3", house.names)
    assert condition.evaluate(house.scope(house.records["deal"][0])) is False
    with pytest.raises(ExpressionError, match="cannot be asked of the database"):
        condition.clause(house.rows, house.values)


def test_what_a_column_cannot_hold_does_not_break_a_query(filled: Database, house: House) -> None:
    texts = [
        "count * count * count * count > 1",
        "count + count > 0",
        "tasks.sum(t, count) > 0",
        "amount > 1e27",
        "rate / 0 == null",
    ]
    with filled.read() as connection:
        for text in texts:
            condition = compile(text, house.names)
            expected = {each["id"] for each in house.records["deal"] if condition.holds(house.scope(each))}
            clause = condition.clause(house.rows, house.values)
            assert set(connection.scalars(sa.select(TABLES["deal"].c.id).where(clause))) == expected, text


NESTED = {
    "sums": ("rate", "(1 / {})"),
    "products": ("rate", "{} * 1.5"),
    "choices": ("rate", "(open ? {} : count)"),
    "first present": ("rate", "coalesce(count, {})"),
    "texts": ("name", '{} + "x"'),
    "days": ("closes", "add_months({}, 1)"),
    "moments": ("created_at", '{} + duration("1d")'),
    "conditions": ("open", "{} in [open, false]"),
    "money": ("amount", "{} + cost"),
    "distinct money": ("amount", "tasks.map(t, {} + cost).distinct().max()"),
    "first money": ("amount", "coalesce(cost, {})"),
}


@pytest.mark.parametrize(("innermost", "form"), NESTED.values(), ids=NESTED)
def test_the_deepest_clauses_run_or_are_refused(filled: Database, house: House, innermost: str, form: str) -> None:
    text, refused = innermost, 0
    with filled.read() as connection:
        for _ in range(20):
            text = form.format(text)
            try:
                clause = compile(text, house.names).clause(house.rows, house.values)
            except ExpressionError:
                refused += 1
            else:
                connection.execute(sa.select(TABLES["deal"].c.id, clause)).all()
    assert refused
