"""Where a plan is done, others are let in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.plan import Change, apply
from customary.engine.plan.applying.alone import alone
from customary.engine.plan.applying.apply import MOMENT_SECONDS
from customary.engine.plan.applying.site import REST, Site

OLD = "entity: deal\nfields:\n  name: {type: text}\n"
NEW = OLD + "  score: {type: integer}\n"


@dataclass(frozen=True, kw_only=True, eq=False)
class Follows(Change):
    """Takes long for what was written, as often as is said."""

    long: int
    rounds: list[bool] = field(default_factory=list)

    def follow(self, site: Site, written: object) -> None:
        self.rounds.append(len(self.rounds) < self.long)
        if self.rounds[-1]:
            site.shortly(lambda _: time.sleep(MOMENT_SECONDS * 1.2))


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def test_whoever_held_sqlite_for_long_lets_others_in_for_half_that_time(database: Database, rests: list[float]):
    with alone(database) as connection:
        site = Site(connection)
        site.shortly(lambda _: _work(0.1))
        site.shortly(lambda _: None)
    assert rests == ([pytest.approx(site.seconds * REST, rel=0.1)] if database.is_sqlite else [])


def test_whoever_hurries_lets_others_in_for_less(database: Database, rests: list[float]):
    with alone(database) as connection:
        site = Site(connection)
        site.hurry()
        site.shortly(lambda _: _work(0.1))
    assert rests == ([pytest.approx(site.seconds * REST / 2, rel=0.1)] if database.is_sqlite else [])


def test_whoever_looks_keeps_nobody_waiting(database: Database):
    database.prepare()
    with alone(database) as connection:
        Site(connection).look(lambda _: _write(database))
        Site(connection).shortly(lambda connection: connection.execute(sa.text("SELECT 1")))


@pytest.mark.parametrize("long", [0, 3])
def test_what_was_written_is_followed_until_the_switch_can_do_the_rest_in_a_moment(ground, long: int):
    ground.apply(OLD)
    plan, follows = ground.plan(NEW), Follows(long=long)
    object.__setattr__(plan, "changes", (*plan.changes, follows))
    apply(ground.database, plan, plan.source, "test")
    assert follows.rounds == [True] * long + [False]


def _work(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def _write(database: Database) -> None:
    with database.write(lock_seconds=1) as connection:
        connection.exec_driver_sql("CREATE TABLE other (id INTEGER)")
