"""A statement that is kept is compiled once and found again by itself; an equal one gets its own values."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from customary.engine import compilations
from customary.engine.compilations import Compilations
from customary.engine.database import Database

TABLE = sa.Table("numbers", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))


def beside(literal: int) -> sa.Select:
    """Statements that are equal but for a value of their own."""
    return sa.select(sa.literal(literal), sa.bindparam("given", type_=sa.Integer))


def ask(database: Database, statement: sa.Select, given: int) -> tuple[int, int]:
    with database.read() as connection:
        return tuple(connection.execute(statement, {"given": given}).one())


def test_each_statement_is_run_with_its_own_values(database: Database) -> None:
    one, two = beside(1), beside(2)
    asked = [(one, 7), (two, 8), (one, 9), (beside(3), 10), (two, 11)]
    assert [ask(database, *each) for each in asked] == [(1, 7), (2, 8), (1, 9), (3, 10), (2, 11)]


def test_a_statement_is_compiled_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[Any] = []
    keep = Compilations.__setitem__

    def noted(self: Compilations, key: tuple, value: Any) -> None:
        compiled.append(value)
        keep(self, key, value)

    monkeypatch.setattr(Compilations, "__setitem__", noted)
    statement = beside(5)
    for given in (1, 2, 3):
        ask(database, statement, given)
    ask(database, beside(6), 4)
    assert len(compiled) == 1


def test_the_names_of_the_values_and_how_many_rows_they_are_for_tell_compilations_apart(database: Database) -> None:
    insert = TABLE.insert()
    with database.write() as connection:
        TABLE.create(connection)
        connection.execute(insert, {"n": 1})
        connection.execute(insert, [{"n": 2}, {"n": 3}])
        connection.execute(insert, {"n": 4})
        assert connection.execute(sa.select(TABLE.c.n).order_by(TABLE.c.n)).scalars().all() == [1, 2, 3, 4]


def test_only_so_many_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilations, "MOST", 8)
    held = Compilations()
    keys = [(None, (n,), ()) for n in range(50)]
    for key in keys:
        held[key] = key[1]
    assert len(held._same) <= 8
    assert held.get(keys[-1]) == (49,)
    assert held.get((None, (49,), ("other",))) is None
