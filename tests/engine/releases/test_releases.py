"""Processes notice what others apply."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from customary.engine.model import compile_source
from customary.engine.plan import apply, compare
from customary.engine.problem import Problems
from customary.engine.releases import Releases
from customary.engine.releases.release import rows
from customary.engine.text import WORKSPACE, File, read_source


def put(database, releases, *fields: str) -> None:
    text = "entity: deal\nfields:\n" + "".join(f"  {name}: {{type: text}}\n" for name in fields)
    problems = Problems()
    files = [File("customary.yaml", WORKSPACE, "name: Test\n"), File("schemas/test.yaml", WORKSPACE, text)]
    source = read_source(files, problems)
    model = compile_source(source, problems)
    problems.raise_errors()
    with database.read() as connection:
        plan = compare(connection, releases.load(connection), model, source)
    apply(database, plan, source, "test")


def until(found) -> bool:
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        if found():
            return True
        time.sleep(0.02)
    return False


def test_nothing_applied_is_no_release(database):
    assert Releases(database).current() is None


def test_a_newer_release_is_noticed_within_a_second(database):
    here, elsewhere = Releases(database), Releases(database)
    put(database, elsewhere, "name")
    first = here.current()
    assert (first.number, list(first.model.entities)) == (1, ["deal"])
    put(database, elsewhere, "name", "town")
    began = time.monotonic()
    assert until(lambda: here.current().number == 2)
    assert time.monotonic() - began < 1
    assert "town" in here.current().model.entities["deal"].fields
    assert "town" not in first.model.entities["deal"].fields


def test_a_watcher_notices_a_newer_release(database):
    here, elsewhere = Releases(database), Releases(database)
    put(database, elsewhere, "name")
    here.current()
    here.watch()
    try:
        put(database, elsewhere, "name", "town")
        assert until(lambda: here.current().number == 2)
    finally:
        here.stop()


def test_the_same_release_is_compiled_once(database):
    releases = Releases(database)
    put(database, releases, "name")
    first = releases.current()
    releases._checked_at = 0
    assert releases.current() is first


def test_asking_often_costs_no_query(database):
    releases = Releases(database)
    put(database, releases, "name")
    releases.current()
    asked = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for _ in range(1000):
        releases.current()
    assert len(asked) <= 1


def test_a_release_that_does_not_compile_keeps_the_old_one(database):
    releases = Releases(database)
    put(database, releases, "name")
    old = releases.current()
    with database.write() as connection:
        broken = [{"path": "schemas/test.yaml", "layer": "workspace", "text": "entity: deal\nfields: 3\n"}]
        row = dict(connection.execute(sa.select(rows)).mappings().one())
        connection.execute(rows.insert(), {**row, "number": 2, "definitions": broken})
    releases._checked_at = 0
    assert releases.current() is old
    assert releases.look() == (old, 2)
    with database.write() as connection:
        connection.execute(rows.insert(), {**row, "number": 3})
    releases._checked_at = 0
    assert releases.current().number == 3
    assert releases.look() == (releases.current(), None)


def test_a_look_asks_the_database_each_time(database):
    releases = Releases(database)
    put(database, releases, "name")
    release = releases.current()
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE customary_release")
    assert releases.current() is release
    with pytest.raises(sa.exc.DBAPIError):
        releases.look()


@pytest.mark.parametrize("number", [1])
def test_a_release_read_back_has_the_same_tables(database, number):
    releases = Releases(database)
    put(database, releases, "name", "town")
    again = Releases(database).current()
    assert again.number == number
    assert again.tables.entity("deal").column("town").name == "f_town"
    assert again.source.packs == ()
