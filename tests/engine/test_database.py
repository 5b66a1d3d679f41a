"""Opening a database, and one unit of work at a time."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from customary.engine import database as databases
from customary.engine.columns import Names, has
from customary.engine.database import Database, TooSlow
from customary.engine.postgresql import LONGEST_REMEMBERED
from customary.engine.snapshot import snapshot

ENDLESS = """
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 2000000000)
    SELECT count(*) FROM counted
"""

NUMBER = "SELECT pg_backend_pid()"


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What it gives, from a loop in a thread of its own: a browser of other tests may keep one running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_a_statement_without_end_is_stopped(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(databases, "PATIENCE_SECONDS", 1)
    database = Database(database_url)
    begin = time.monotonic()
    with pytest.raises(TooSlow):
        run(database.reading(lambda connection: connection.exec_driver_sql(ENDLESS).scalar()))
    assert time.monotonic() - begin < 10
    assert run(database.reading(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())) == 1
    database.close()


def test_what_is_read_from_a_snapshot_is_not_stopped(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(databases, "PATIENCE_SECONDS", 1)
    database = Database(database_url)
    counted, begin = 500_000, time.monotonic()
    with snapshot(database) as connection:
        while time.monotonic() - begin < 1.5:
            statement = ENDLESS.replace("2000000000", str(counted := counted * 2))
            assert connection.exec_driver_sql(statement).scalar() == counted
    database.close()


def test_a_failed_write_keeps_nothing(database: Database):
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('half')")
        raise RuntimeError
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar() == 0


def test_nothing_done_while_reading_is_kept(database: Database):
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    with suppress(sa.exc.InternalError):
        run(database.reading(lambda connection: connection.exec_driver_sql("INSERT INTO things VALUES ('x')")))
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar() == 0


def test_rows_are_taken_by_parts_on_any_connection(database: Database):
    rows = sa.text("SELECT 1 UNION ALL SELECT 2").execution_options(yield_per=1)

    def taken(connection: sa.Connection) -> list[int]:
        return sorted(connection.execute(rows).scalars())

    assert run(database.reading(taken)) == run(database.writing(taken)) == [1, 2]
    with database.read() as connection:
        assert taken(connection) == [1, 2]


@pytest.mark.parametrize("brief", [True, False])
def test_what_is_tried_sees_what_there_is_and_is_taken_back(database: Database, brief: bool):
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
        connection.exec_driver_sql("INSERT INTO things VALUES ('there')")
    counted = "SELECT count(*) FROM things"
    with database.trial(brief) as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('tried')")
        assert connection.exec_driver_sql(counted).scalar() == 2
    with database.read() as connection:
        assert connection.exec_driver_sql(counted).scalar() == 1
    assert run(database.trying(lambda connection: connection.exec_driver_sql(counted).scalar(), brief=brief)) == 1


def test_others_write_while_something_is_tried(database: Database):
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    with database.trial() as trying:
        trying.exec_driver_sql("INSERT INTO things VALUES ('tried')")
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO things VALUES ('kept')")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT name FROM things").scalars().all() == ["kept"]


def test_without_room_for_a_copy_it_is_tried_in_place(database: Database, monkeypatch: pytest.MonkeyPatch):
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    full = shutil.disk_usage(tempfile.gettempdir())._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: full)
    with database.trial() as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('tried')")
        assert connection.engine is database.engine
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar() == 0


@pytest.mark.postgresql
def test_a_connection_that_died_while_idle_is_replaced(postgresql_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(databases, "TRUSTED_SECONDS", 0)
    database = Database(postgresql_url)

    def number() -> int:
        return run(database.reading(lambda connection: connection.exec_driver_sql(NUMBER).scalar()))

    first = number()
    with database.write() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({first})")
    assert number() not in (None, first)
    database.close()


def test_a_list_of_names_is_asked_for_one_by_its_code(database: Database):
    metadata = sa.MetaData()
    tagged = sa.Table("tagged", metadata, sa.Column("names", Names((("new", "old"),))))
    with database.write() as connection:
        metadata.create_all(connection)
        connection.execute(tagged.insert(), [{"names": ["a", "new"]}, {"names": []}])
        found = connection.execute(sa.select(tagged.c.names).where(has(tagged.c.names, sa.literal("old")))).all()
    assert found == [(("a", "new"),)]


@pytest.mark.parametrize("length", [0, LONGEST_REMEMBERED])
def test_values_go_to_their_places_however_long_the_statement_is(database: Database, length: int):
    asked = sa.text(f"SELECT :a || :b || :a, '100%' LIKE '1%', '%%' /* {'x' * length} */")
    with database.read() as connection:
        for values in ({"a": "1", "b": "%(a)s"}, {"a": "$1", "b": "2"}):
            row = connection.execute(asked, values).one()
            assert tuple(row) == (values["a"] + values["b"] + values["a"], True, "%%")


def test_many_rows_of_one_statement_are_written(database: Database):
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a TEXT, b TEXT)")
        rows = [{"a": "1", "b": "%s"}, {"a": "%%", "b": "$1"}]
        connection.execute(sa.text("INSERT INTO t (b, a) VALUES (:b, :a)"), rows)
        connection.execute(sa.text("UPDATE t SET b = b || :more WHERE a = :a"), [{"a": "1", "more": "!"}])
        found = connection.exec_driver_sql("SELECT a, b FROM t ORDER BY a").all()
    assert [tuple(row) for row in found] == [("%%", "$1"), ("1", "%s!")]


@pytest.mark.postgresql
def test_who_lost_a_race_for_locks_does_it_again(postgresql_url: str):
    database = Database(postgresql_url)
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER, n INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 0), (2, 0)")
    held = threading.Barrier(2)

    def add(connection: sa.Connection, first: int, second: int, begun: list[int]) -> None:
        connection.exec_driver_sql(f"UPDATE t SET n = n + 1 WHERE id = {first}")
        begun.append(first)
        if len(begun) == 1:
            held.wait()
        connection.exec_driver_sql(f"UPDATE t SET n = n + 1 WHERE id = {second}")

    async def both() -> None:
        await asyncio.gather(database.writing(add, 1, 2, []), database.writing(add, 2, 1, []))

    run(both())
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t ORDER BY id").scalars().all() == [2, 2]
    database.close()


def test_a_look_neither_writes_nor_lets_prepared_statements_be_forgotten(postgresql_url: str):
    database, prepared = Database(postgresql_url), sa.text("SELECT count(*) FROM pg_prepared_statements")
    for _ in range(8):
        with database.write() as connection:
            connection.execute(prepared)
        with database.look() as connection:
            connection.execute(sa.text("SELECT 1"))
    with database.write() as connection:
        assert connection.execute(prepared).scalar_one() == 1
    with pytest.raises(sa.exc.InternalError), database.look() as connection:
        connection.execute(sa.text("CREATE TABLE things (name TEXT)"))
    database.close()
