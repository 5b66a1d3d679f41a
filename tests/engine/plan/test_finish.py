"""What was written under the old release, after a field had changed its kind, is not lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
import sqlalchemy as sa

from customary.engine.people.actor import SYSTEM
from customary.engine.plan import Change, apply, finish, prove
from customary.engine.plan.applying.alone import alone
from customary.engine.plan.applying.journal import Made
from customary.engine.plan.applying.recover import take_back
from customary.engine.plan.applying.site import Site
from customary.engine.plan.change import GUARD
from customary.engine.records import create, update
from customary.engine.records.work import Work

AT_ONCE = timedelta(0)

OLD = "entity: deal\nfields:\n  name: {type: text}\n  score: {type: integer}\n"
NEW = OLD.replace("integer", "decimal")


def work(connection, release) -> Work:
    return Work(connection, release, SYSTEM, datetime.now(UTC))


@dataclass(frozen=True, kw_only=True, eq=False)
class Somebody(Change):
    """Writes when everything is built and the switch has not come yet."""

    phase = GUARD

    writes: Callable[[], None]

    def build(self, site) -> None:
        self.writes()


def test_late_writes_are_converted_again(ground):
    ground.apply(OLD)
    old = ground.release
    with ground.database.write() as connection:
        first = create(work(connection, old), "deal", {"name": "A", "score": 1})
        second = create(work(connection, old), "deal", {"name": "B", "score": 2})
        third = create(work(connection, old), "deal", {"name": "C", "score": 3})
    plan = ground.plan(NEW)
    ground.release = apply(ground.database, plan, plan.source, "test")
    with ground.database.write() as connection:
        update(work(connection, old), "deal", first, {"score": 10})
        update(work(connection, old), "deal", second, {"score": None})
        late = create(work(connection, old), "deal", {"name": "D", "score": 40})
        update(work(connection, ground.release), "deal", third, {"score": Decimal("3.5")})
    finish(ground.database, plan, ground.release, AT_ONCE)
    scores = [ground.value("deal", id, "score") for id in (first, second, third, late)]
    assert scores == [10, None, Decimal("3.5"), 40]


def test_nothing_waits_when_no_kind_changed(ground):
    ground.apply(OLD)
    plan = ground.plan(OLD + "  town: {type: text}\n")
    release = apply(ground.database, plan, plan.source, "test")
    began = time.monotonic()
    finish(ground.database, plan, release, timedelta(seconds=1000))
    assert time.monotonic() - began < 10


def test_what_is_written_while_it_is_built_is_there_at_the_switch(ground):
    ground.apply(OLD)
    old, made = ground.release, []
    with ground.database.write() as connection:
        first = create(work(connection, old), "deal", {"name": "A", "score": 1})

    def write() -> None:
        with ground.database.write() as connection:
            update(work(connection, old), "deal", first, {"score": 10})
            made.append(create(work(connection, old), "deal", {"name": "B", "score": 20}))

    text = NEW + "  double: {type: integer, default: =score * 2}\n  town: {type: text, default: Athens}\n"
    plan = ground.plan(text)
    plan = replace(plan, changes=(*plan.changes, Somebody(writes=write)))
    ground.release = apply(ground.database, plan, plan.source, "test")
    found = [ground.record("deal", id) for id in (first, *made)]
    assert [(each["score"], each["double"], each["town"]) for each in found] == [
        (10, 2, "Athens"),
        (20, 40, "Athens"),
    ]


def test_a_value_written_under_the_new_release_has_the_last_word(ground):
    ground.apply(OLD)
    old = ground.release
    with ground.database.write() as connection:
        id = create(work(connection, old), "deal", {"name": "A", "score": 1})
    plan = ground.plan(NEW)
    ground.release = apply(ground.database, plan, plan.source, "test")
    with ground.database.write() as connection:
        update(work(connection, old), "deal", id, {"score": 10})
    with ground.database.write() as connection:
        update(work(connection, ground.release), "deal", id, {"name": "B"})
    finish(ground.database, plan, ground.release, AT_ONCE)
    assert ground.value("deal", id, "score") == 10
    with ground.database.write() as connection:
        update(work(connection, ground.release), "deal", id, {"score": None})
    assert ground.value("deal", id, "score") is None


def test_what_was_added_is_taken_back_whatever_points_at_it(ground):
    def fail() -> None:
        raise RuntimeError("the power is out")

    ground.apply(OLD)
    with ground.database.write() as connection:
        create(work(connection, ground.release), "deal", {"name": "A", "score": 1})
    text = (
        OLD.replace("integer}", "text}")
        + "  number: {type: auto_number, format: 'D-###'}\n"
        + "  one: {type: link, to: one}\n  ones: {type: links, to: one}\n"
        + "---\nentity: one\nfields:\n  two: {type: link, to: two}\n  twos: {type: links, to: two}\n"
        + "---\nentity: two\nfields:\n  one: {type: link, to: one}\n  deal: {type: link, to: deal}\n"
    )
    plan = ground.plan(text)
    with pytest.raises(RuntimeError):
        apply(ground.database, replace(plan, changes=(*plan.changes, Somebody(writes=fail))), plan.source, "test")
    with ground.database.read() as connection:
        assert prove(connection, ground.release.tables) == []
        assert connection.exec_driver_sql("SELECT count(*) FROM customary_sequence").scalar() == 0
    ground.apply(text)
    with ground.database.read() as connection:
        assert prove(connection, ground.release.tables) == []


@pytest.mark.parametrize("order", list(permutations(("x_one", "x_two", "l_one_twos"))), ids=" ".join)
def test_tables_that_point_at_each_other_are_taken_back_in_any_order(ground, order):
    """SQLite looks up what a dropped table points at, which may be gone by then."""
    ground.apply(
        "entity: one\nfields:\n  two: {type: link, to: two}\n  twos: {type: links, to: two}\n"
        "---\nentity: two\nfields:\n  one: {type: link, to: one}\n"
    )
    with alone(ground.database) as connection:
        take_back(Site(connection), [Made("table", name) for name in order])
    with ground.database.read() as connection:
        assert not set(order) & set(sa.inspect(connection).get_table_names())
