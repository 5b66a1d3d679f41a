"""Rows that the event loop asks PostgreSQL for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from customary.engine import wires
from customary.engine.columns import CodePointText, Moment, Names, Scaled
from customary.engine.database import Database
from customary.engine.ready import Ready, made_ready

THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", CodePointText),
    sa.Column("price", Scaled(2)),
    sa.Column("at", Moment),
    sa.Column("marks", Names()),
)
ONE = sa.select(
    THINGS, THINGS.c.name == sa.literal("Pump"), THINGS.c.name.in_(["Pump", "Pipe"]), sa.func.count().over()
).where(THINGS.c.id == sa.bindparam("id"))


@pytest.fixture
def things(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    with database.write() as connection:
        THINGS.metadata.create_all(connection)
    yield database
    database.close()


def add(things: Database, **values: Any) -> UUID:
    with things.write() as connection:
        return connection.execute(THINGS.insert().values(id=uuid4(), **values).returning(THINGS.c.id)).scalar_one()


def ready(things: Database, statement: sa.Select = ONE) -> Ready:
    return made_ready(statement, things.engine.dialect)


def run(work: Any) -> Any:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_a_row_is_the_one_that_a_thread_would_be_given(things: Database):
    now = sa.func.now()
    ids = [add(things, name="Pump", price=12, at=now, marks=["a", "b"]), add(things)]

    async def ask() -> list[Any]:
        return [await things.wires.ask(ready(things), id=id) for id in ids]

    with things.read() as connection:
        rows = [tuple(connection.execute(ONE, {"id": id}).one()) for id in ids]
    assert [each[0] for each in run(ask())] == rows


def test_many_ask_at_once_and_each_is_told_its_own(things: Database):
    ids = [add(things, name=f"Thing {n}") for n in range(20)]
    asked = ready(things)

    async def ask() -> list[Any]:
        return await asyncio.gather(*(things.wires.ask(asked, id=id) for id in (*ids, *ids)))

    assert [each[0][0] for each in run(ask())] == [*ids, *ids]


def test_what_is_not_there_or_cannot_be_asked_is_nothing(things: Database):
    id = add(things, name="Pump")
    broken = ready(things, sa.select(THINGS.c.id, sa.column("none")).where(THINGS.c.id == sa.bindparam("id")))

    async def ask() -> list[Any]:
        asked = ((ready(things), uuid4()), (broken, id), (ready(things), id))
        return [await things.wires.ask(each, id=id) for each, id in asked]

    missing, failed, found = run(ask())
    assert ([*missing], failed) == ([], None)
    assert found[0][0] == id


def test_who_goes_away_leaves_the_wire_to_others(things: Database):
    id, asked = add(things, name="Pump"), ready(things)
    slow = ready(things, sa.select(THINGS.c.id, sa.func.pg_sleep(0.2)).where(THINGS.c.id == sa.bindparam("id")))

    async def ask() -> Any:
        gone = [asyncio.ensure_future(things.wires.ask(slow, id=id)) for _ in range(10)]
        await asyncio.sleep(0.05)
        for each in gone:
            each.cancel()
        return [await things.wires.ask(asked, id=id) for _ in range(10)]

    assert [each[0][0] for each in run(ask())] == [id] * 10


def test_a_wire_that_broke_is_replaced(things: Database):
    id, asked = add(things, name="Pump"), ready(things)
    end = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")

    async def ask() -> Any:
        first = await things.wires.ask(asked, id=id)
        with things.write() as connection:
            connection.execute(sa.text(f"{end} AND pid <> pg_backend_pid()"))
        later = [await things.wires.ask(asked, id=id) for _ in range(3)]
        return first, later

    first, later = run(ask())
    assert later[-1].cells == first.cells


def test_what_was_prepared_for_other_tables_is_prepared_anew(things: Database):
    asked = ready(things, sa.select(sa.text("price")).select_from(THINGS))
    add(things, name="Pump", price=12)

    async def ask() -> Any:
        before = [await things.wires.ask(asked) for _ in range(20)]
        with things.write() as connection:
            connection.execute(sa.text("ALTER TABLE things ALTER price TYPE text"))
        return before, [await things.wires.ask(asked) for _ in range(20)]

    before, after = run(ask())
    assert [*before[-1]] == [(1200,)]
    assert [*after[-1]] == [("1200",)]


def test_a_statement_that_takes_long_is_not_waited_for_a_second_time(things: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wires, "PATIENCE_SECONDS", 0.05)
    slow = ready(things, sa.select(sa.func.pg_sleep(1)))
    assert run(things.wires.ask(slow)) is None
    assert slow.takes_long
