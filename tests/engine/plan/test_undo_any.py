"""Whatever is changed, and whatever is written meanwhile: what is taken back is as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from tests.engine.plan.house import House
from tests.engine.plan.worlds import Choose, new_world, to_text

from customary.engine.database import Database
from customary.engine.people.accounts import account

EXAMPLES = int(os.environ.get("CUSTOMARY_EXAMPLES", "0"))
"""For a long look: more than usual, and others each time."""
SOFT = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Any]:
    """Gives an empty database as often as it is asked."""
    opened: list[Database] = []

    def make() -> Database:
        while opened:
            opened.pop().close()
        if database_url.startswith("sqlite"):
            database = Database(f"sqlite:///{tmp_path / uuid4().hex}.db")
        else:
            database = Database(database_url)
            with database.write() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
        database.prepare()
        opened.append(database)
        with database.write() as connection:
            row = {"user_id": uuid4(), "email": "ann@example.com", "roles": ["seller"], "active": True}
            connection.execute(account.insert(), row)
        return database

    yield make
    while opened:
        opened.pop().close()


def go_through(house: House, choose: Choose, one_by_one: bool, edits: int) -> int:
    """From first definitions to second and third ones, and back: how many releases it came to."""
    first = new_world(choose)
    house.apply(to_text(first))
    house.edit(8)
    at_first = house.see()
    second = house.change(first, choose)
    written = house.edit(edits)
    at_second, middle = house.see(), house.release.number
    house.change(second, choose)
    last = house.release.number
    since = house.edit(edits)
    at_last = house.see()
    if one_by_one and last > middle:
        if not house.go_back(last, at_second, since):
            return last
        at_second = house.see()
        house.go_back(house.release.number, at_last, set())
        house.go_back(house.release.number, at_second, set())
    if middle > 1:
        house.go_back(2, at_first, written | since)
    return house.release.number


def test_whatever_is_taken_back_is_as_it_was(empty, request):
    few = 4 if "postgresql" in request.node.name else 12

    @settings(max_examples=EXAMPLES or few, derandomize=not EXAMPLES, phases=[Phase.generate], **SOFT)
    @given(st.data(), st.integers(0, 2**32), st.booleans(), st.sampled_from([0, 8]))
    def check(data: st.DataObject, seed: int, one_by_one: bool, edits: int) -> None:
        def choose(options: Sequence[Any]) -> Any:
            return data.draw(st.sampled_from(list(options)))

        event(f"{go_through(House(empty(), Random(seed)), choose, one_by_one, edits)} releases")

    check()
