"""Units of work that the event loop does itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from customary.engine.columns import CodePointText, Moment
from customary.engine.database import Database

THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", CodePointText),
    sa.Column("at", Moment),
)
NAMED = sa.select(THINGS.c.id, THINGS.c.name.label("called"), THINGS.c.at).order_by(THINGS.c.name)
NAMED = NAMED.where(THINGS.c.name >= sa.bindparam("first"), THINGS.c.name.in_(["Pump", "Pipe", "Tap"]))
COUNT = sa.select(sa.func.count()).select_from(THINGS)
SUM = sa.select(sa.bindparam("one", type_=sa.Integer) + sa.bindparam("two", type_=sa.Integer))
ID = UUID(int=7)


class Watched:
    """A database with some things in it, and how often it was asked over wires."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        with self.database.write() as connection:
            THINGS.metadata.create_all(connection)
            rows = [{"id": ID, "name": "Pump", "at": sa.func.now()}, {"id": uuid4(), "name": "Tap"}]
            for row in rows:
                connection.execute(THINGS.insert().values(row))
        self.asked = 0
        if self.database.wires is not None:
            self._ask, self.database.wires.ask = self.database.wires.ask, self._count

    def does(self, *works: Callable[..., Any], times: int = 1) -> list[Any]:
        """What units of work give that are done at once, all of them together."""

        async def every() -> list[Any]:
            return await asyncio.gather(*(self.database.at_once(each) for each in works * times))

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, every()).result()

    async def _count(self, *asked: Any, **values: Any) -> Any:
        self.asked += 1
        return await self._ask(*asked, **values)


@pytest.fixture
def watched(database_url: str) -> Iterator[Watched]:
    made = Watched(database_url)
    yield made
    made.database.close()


@pytest.fixture
def wired(postgresql_url: str) -> Iterator[Watched]:
    made = Watched(postgresql_url)
    yield made
    made.database.close()


def everything(connection: Any) -> tuple:
    """Rows in all the ways in which they are taken, of two statements of which the second needs the first."""
    asked = {"first": connection.execute(NAMED, {"first": ""}).first().called}
    named = connection.execute(NAMED, asked)
    return (
        [row.called for row in named],
        [dict(row) for row in connection.execute(NAMED, asked).mappings()],
        connection.execute(NAMED, asked).all(),
        connection.execute(NAMED, asked).scalars().all(),
        connection.execute(NAMED, {"first": "X"}).first(),
        connection.execute(COUNT).scalar_one(),
        connection.dialect.name,
    )


def test_a_unit_of_work_gives_what_it_gives_in_a_thread(watched: Watched):
    with watched.database.read() as connection:
        told = everything(connection)
    assert watched.does(*[everything] * 3) == [told] * 3
    assert watched.does(*[everything] * 20) == [told] * 20
    assert watched.asked >= (0 if watched.database.is_sqlite else 20 * 6)


def test_a_statement_that_is_made_anew_or_written_out_goes_to_a_thread(wired: Watched):
    listed = sa.select(THINGS.c.name).where(THINGS.c.id.in_(sa.bindparam("ids", expanding=True)))
    works = (
        lambda connection: connection.execute(sa.select(THINGS.c.name).where(THINGS.c.id == ID)).scalar_one(),
        lambda connection: connection.execute(listed, {"ids": [ID]}).scalar_one(),
        lambda connection: connection.exec_driver_sql("SELECT name FROM things ORDER BY name LIMIT 1").scalar_one(),
    )
    assert [wired.does(*works) for _ in range(3)] == [["Pump"] * 3] * 3
    assert wired.asked == 0


def test_what_has_to_go_to_a_thread_is_done_there_from_the_beginning(wired: Watched):
    began, left = [], []

    def work(connection: Any) -> Any:
        began.append(1)
        try:
            count = connection.execute(COUNT).scalar_one()
            return count, connection.exec_driver_sql("SELECT 5").scalar_one()
        finally:
            left.append(1)

    assert [*wired.does(work), *wired.does(work), *wired.does(work)] == [(2, 5)] * 3
    assert len(began) == len(left) == 6


def test_what_is_raised_is_raised_once(wired: Watched):
    tried = []

    def refuses(connection: Any) -> Any:
        tried.append(connection.execute(COUNT).scalar_one())
        raise KeyError("none")

    for _ in range(4):
        with pytest.raises(KeyError):
            wired.does(refuses)
    assert (tried, wired.asked) == ([2] * 4, 3)


def test_what_the_database_refuses_is_told_as_in_a_thread(wired: Watched):
    def adds(two: int) -> Callable[..., Any]:
        return lambda connection: connection.execute(SUM, {"one": 2_000_000_000, "two": two}).scalar_one()

    assert wired.does(adds(1), times=3) == [2_000_000_001] * 3
    for two in (2_000_000_000, 1 << 80, "\0"):
        with pytest.raises(sa.exc.DataError):
            wired.does(adds(two))
    assert wired.does(adds(1)) == [2_000_000_001]
    assert wired.asked > 2
