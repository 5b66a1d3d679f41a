"""Sample data becomes real records with a past, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from customary.engine.exchange.sample import SampleProblem, load
from customary.engine.exchange.when import read_day, read_moment
from customary.engine.people.actor import SYSTEM
from customary.engine.records.changes import change, queue
from customary.engine.workspace import Workspace

OWN = """
entity: pet
fields:
  name: {type: text, required: true}
  born: {type: date}
  friend: {type: link, to: pet, inverse: friends}
---
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schemas").mkdir()
    return tmp_path


def opened(folder: Path, url: str, packs: str, own: str = "") -> Workspace:
    (folder / "customary.yaml").write_text(f"name: Test\npacks: [{packs}]\n", "utf-8")
    (folder / "schemas" / "own.yaml").write_text(own, "utf-8")
    workspace = Workspace.open(folder, url)
    workspace.apply(by="test")
    return workspace


@pytest.fixture
def shipped(folder: Path, database_url: str) -> Iterator[Workspace]:
    workspace = opened(folder, database_url, "core, sales")
    yield workspace
    workspace.close()


def test_the_shipped_samples_are_loaded_once(shipped: Workspace) -> None:
    with shipped.database.write() as connection:
        made = load(shipped.work(connection, SYSTEM))
    assert made == {
        "team": 2, "user": 4, "product": 13, "account": 25, "contact": 60, "activity": 30, "task": 23, "lead": 40,
        "deal": 50,
    }  # fmt: skip
    with shipped.database.write() as connection:
        assert load(shipped.work(connection, SYSTEM)) == {}


def test_deals_have_walked_to_their_stages_when_their_sample_says(shipped: Workspace) -> None:
    with shipped.database.write() as connection:
        work = shipped.work(connection, SYSTEM)
        load(work)
        deals = shipped.release.tables.entity("deal")
        stages = Counter(connection.execute(sa.select(deals.column("stage"))).scalars())
        moved = sa.select(sa.func.count()).where(change.c.kind == "moved", change.c.entity == "deal")
        entered = sa.select(deals.column("stage_entered_at"), deals.column("created_at"))
        times = connection.execute(entered).all()
        waiting = connection.execute(sa.select(sa.func.count()).select_from(queue)).scalar_one()
        assert stages == {"qualify": 10, "propose": 9, "negotiate": 7, "won": 14, "lost": 10}
        assert connection.execute(moved).scalar_one() >= 70
        assert all(created <= stage <= work.now for stage, created in times)
        assert waiting == 0, "no workflow starts over the past"


def test_links_may_lead_ahead_and_in_circles(folder: Path) -> None:
    demo = """demo: pets
records:
  pet:
    a: {name: Argos, born: -2y, friend: b}
    b: {name: Bella, friend: a}
"""
    workspace = opened(folder, f"sqlite:///{folder / 'a.db'}", "", OWN + demo)
    with workspace.database.write() as connection:
        assert load(workspace.work(connection, SYSTEM)) == {"pet": 2}
        pets = workspace.release.tables.entity("pet")
        friends = connection.execute(sa.select(pets.column("id"), pets.column("friend"))).all()
        assert {friend for _, friend in friends} == {id for id, _ in friends}
    workspace.close()


@pytest.mark.parametrize(
    ("pet", "why"),
    [
        ("{name: Argos, friend: nobody}", "there is no pet “nobody” among the sample data"),
        ("{name: Argos, colour: red}", "there is no field “colour”"),
        ("{born: -1y}", "Name is required"),
        ("{name: Argos, born: soon}", "Invalid isoformat string: 'soon'"),
    ],
)
def test_a_sample_that_cannot_be_made_says_which_and_why(folder: Path, pet: str, why: str) -> None:
    demo = f"demo: pets\nrecords:\n  pet:\n    a: {pet}\n"
    workspace = opened(folder, f"sqlite:///{folder / 'a.db'}", "", OWN + demo)
    with pytest.raises(SampleProblem, match="demo: pet “a”") as problem, workspace.database.write() as connection:
        load(workspace.work(connection, SYSTEM))
    assert str(problem.value) == f"demo: pet “a”: {why}"
    workspace.close()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 3, 31)),
        ("-3d", date(2026, 3, 28)),
        ("+2w", date(2026, 4, 14)),
        ("-1months", date(2026, 2, 28)),
        ("1y", date(2027, 3, 31)),
        ("2020-02-29", date(2020, 2, 29)),
    ],
)
def test_days_are_counted_from_today(text: str, day: date) -> None:
    assert read_day(text, date(2026, 3, 31)) == day


def test_moments_are_in_the_zone_of_the_workspace() -> None:
    now, athens = datetime(2026, 3, 31, 22, 30, tzinfo=UTC), ZoneInfo("Europe/Athens")
    assert read_moment("now", now, athens) == now
    assert read_moment("today 09:15", now, athens) == datetime(2026, 4, 1, 6, 15, tzinfo=UTC)
    assert read_moment("-1d", now, athens) == datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
