"""Structure is added while others read and write."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from customary.engine.people.actor import SYSTEM
from customary.engine.plan import InTheWay, UnderWay, Unfit, apply, prove, recover
from customary.engine.plan.applying.alone import alone
from customary.engine.plan.changes.structure import AddIndex
from customary.engine.records import Refused, create, update
from customary.engine.records.work import Work
from customary.engine.releases import newest_number

PET = "entity: pet\nfields:\n  name: {type: text}\n"

DEFAULTS = {
    "text": "{type: text, default: \"50% of 'it': %s, :x\"}",
    "long_text": "{type: long_text, default: 'two words'}",
    "integer": "{type: integer, default: -7}",
    "decimal": "{type: decimal, scale: 3, default: 1.125}",
    "percent": "{type: percent, default: 12.5}",
    "money": "{type: money, default: 12.50}",
    "boolean": "{type: boolean, default: true}",
    "choice": "{type: choice, options: [a, b], default: b}",
    "choices": "{type: choices, options: [a, b], default: [a, b]}",
    "tags": "{type: tags, default: ['x y', 'z']}",
    "date": "{type: date, default: 2026-02-28}",
    "datetime": "{type: datetime, default: '2026-02-28T12:30:00Z'}",
    "time": "{type: time, default: '08:30'}",
    "duration": "{type: duration, default: 90m}",
    "email": "{type: email, default: Ann@Example.com}",
    "url": "{type: url, default: 'https://example.com/?a=1%20b'}",
    "json": "{type: json, default: {a: [1, 'x']}}",
    "address": "{type: address, default: {city: Πάτρα, country: GR}}",
    "color": "{type: color, default: '#ff0000'}",
}


def work(connection, release) -> Work:
    return Work(connection, release, SYSTEM, datetime.now(UTC))


@pytest.mark.parametrize("kind", DEFAULTS)
def test_a_default_stands_in_the_column_and_is_the_same_as_a_written_one(ground, kind):
    ground.apply(PET)
    old = ground.release
    before = ground.add("pet", name="A")
    updates = []
    sa.event.listen(
        ground.database.engine,
        "before_cursor_execute",
        lambda *args: updates.append(args[2]) if args[2].startswith("UPDATE x_") else None,
    )
    ground.apply(PET + f"  more: {DEFAULTS[kind]}\n")
    assert updates == []
    with ground.database.write() as connection:
        late = create(work(connection, old), "pet", {"name": "B"})
        new = create(work(connection, ground.release), "pet", {"name": "C"})
        empty = create(work(connection, ground.release), "pet", {"name": "D", "more": None})
    table = ground.release.tables.entity("pet")
    with ground.database.read() as connection:
        rows = connection.execute(sa.select(table.table.c.id, *table.columns(["more"]))).all()
    found = {row.id: tuple(row[1:]) for row in rows}
    assert found[before] == found[late] == found[new]
    assert any(each is not None for each in found[new])
    assert ground.value("pet", empty, "more") in (None, ())


def test_one_at_a_time(ground):
    ground.apply(PET)
    plan = ground.plan(PET + "  town: {type: text}\n")
    with alone(ground.database):
        with pytest.raises(UnderWay):
            apply(ground.database, plan, plan.source, "test")
        recover(ground.database)
    apply(ground.database, plan, plan.source, "test")


def test_of_two_at_once_one_wins_and_one_is_told(ground):
    ground.apply(PET)
    plans = [ground.plan(PET + f"  {name}: {{type: text}}\n") for name in ("one", "two")]
    told = []

    def run(plan) -> None:
        try:
            apply(ground.database, plan, plan.source, "test")
        except Exception as error:
            told.append(type(error).__name__)

    both = [threading.Thread(target=run, args=(plan,)) for plan in plans]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert told in (["UnderWay"], ["OutOfDate"])
    with ground.database.read() as connection:
        assert newest_number(connection) == 2


@contextmanager
def busy(ground, statement: str, seconds: float):
    """Somebody is in the way for some time."""
    held = threading.Event()

    def hold() -> None:
        with ground.database.write() as connection:
            connection.exec_driver_sql(statement)
            held.set()
            time.sleep(seconds)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    yield
    other.join()


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_is_in_the_way_is_not_waited_for_with_the_table_locked(ground):
    """A table that waits to be altered lets nobody in; so it is tried for a moment only, and again."""
    ground.apply(PET)
    waits = []
    with busy(ground, "SELECT * FROM x_pet", seconds=2):
        other = threading.Thread(target=ground.apply, args=(PET + "  town: {type: text, index: true}\n",))
        other.start()
        while other.is_alive():
            began = time.monotonic()
            with ground.database.write() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM x_pet")
            waits.append(time.monotonic() - began)
            time.sleep(0.01)
        other.join()
    assert ground.release.number == 2
    assert max(waits) < 1.5


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_never_ends_is_told_of_and_nothing_is_changed(ground, monkeypatch):
    monkeypatch.setattr(sys.modules["customary.engine.plan.applying.site"], "TRIES", 2)
    ground.apply(PET)
    plan = ground.plan(PET + "  town: {type: text}\n")
    with busy(ground, "SELECT * FROM x_pet", seconds=3), pytest.raises(InTheWay):
        apply(ground.database, plan, plan.source, "test")
    recover(ground.database)
    with ground.database.read() as connection:
        assert prove(connection, ground.release.tables) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_index_whose_making_failed_is_made_again(ground):
    ground.apply(PET)
    for name in ("A", "A"):
        ground.add("pet", name=name)
    plan = ground.plan(PET.replace("text}", "text, index: true}"))
    (index,) = (each.index for each in plan.changes if isinstance(each, AddIndex))
    outside = ground.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with outside as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX CONCURRENTLY {index.name} ON x_pet (f_name)")
    ground.apply(PET.replace("text}", "text, index: true}"))
    with ground.database.read() as connection:
        assert prove(connection, ground.release.tables) == []


def test_what_came_in_the_way_of_a_unique_index_is_told_and_nothing_is_left(ground):
    ground.apply(PET)
    ground.add("pet", name="A")
    plan = ground.plan(PET.replace("text}", "text, unique: true}") + "  town: {type: text}\n")
    ground.add("pet", name="A")
    with pytest.raises(Unfit):
        apply(ground.database, plan, plan.source, "test")
    with ground.database.read() as connection:
        assert prove(connection, ground.release.tables) == []
    assert ground.plan(PET).empty


def test_who_is_on_the_old_release_is_refused_in_words_what_the_new_one_forbids(ground):
    ground.apply(PET)
    old = ground.release
    ground.apply(PET.replace("text}", "text, unique: true}"))
    with ground.database.write() as connection:
        create(work(connection, old), "pet", {"name": "A"})
        other = create(work(connection, old), "pet", {"name": "B"})
    with pytest.raises(Refused), ground.database.write() as connection:
        create(work(connection, old), "pet", {"name": "A"})
    with pytest.raises(Refused), ground.database.write() as connection:
        update(work(connection, old), "pet", other, {"name": "A"})
