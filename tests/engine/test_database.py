"""Opening a database, and one unit of work at a time."""

from __future__ import annotations

import asyncio
import time

import pytest
import sqlalchemy as sa

from customary.engine import database as databases
from customary.engine.database import Database, Names, TooSlow, has

ENDLESS = """
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 2000000000)
    SELECT count(*) FROM counted
"""


def test_a_statement_without_end_is_stopped(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(databases, "PATIENCE_SECONDS", 1)
    database = Database(database_url)
    begin = time.monotonic()
    with pytest.raises(TooSlow):
        asyncio.run(database.reading(lambda connection: connection.exec_driver_sql(ENDLESS).scalar()))
    assert time.monotonic() - begin < 10
    assert asyncio.run(database.reading(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())) == 1
    database.close()


def test_a_failed_write_keeps_nothing(database: Database):
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('half')")
        raise RuntimeError
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar() == 0


def test_a_list_of_names_is_asked_for_one_by_its_code(database: Database):
    metadata = sa.MetaData()
    tagged = sa.Table("tagged", metadata, sa.Column("names", Names((("new", "old"),))))
    with database.write() as connection:
        metadata.create_all(connection)
        connection.execute(tagged.insert(), [{"names": ["a", "new"]}, {"names": []}])
        found = connection.execute(sa.select(tagged.c.names).where(has(tagged.c.names, sa.literal("old")))).all()
    assert found == [(("a", "new"),)]
