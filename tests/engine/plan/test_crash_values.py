"""A process is killed while it makes records of options and pairs, and splits fields: all is there, and once."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.people.actor import SYSTEM
from customary.engine.workspace import Workspace, create

from .test_crash import House, found, kill_at

VET = "entity: vet\ntitle: name\nfields:\n  name: {type: text}\n---\n"
SEAT = """---
entity: seat
fields:
  pet: {type: link, to: pet}
  vet: {type: link, to: vet}
"""
OLD = (
    VET
    + """
entity: pet
title: name
fields:
  name: {type: text}
  kind: {type: choice, options: [cat, dog]}
  old_vets: {type: links, to: vet}
  new_vets: {type: links, to: vet}
"""
    + SEAT
)
NEW = (
    VET
    + """
entity: pet
title: first
fields:
  first: {type: text, from: 'before(name, " ")'}
  last: {type: text, from: 'after(name, " ")'}
  kind: {type: link, to: kind, inverse: pets}
  old_vets: {type: links, to: vet, through: seat}
  new_vets: {type: links, to: vet, through: visit}
---
entity: kind
title: name
fields:
  name: {type: text}
  count: {type: integer, rollup: size(pets), index: true}
"""
    + SEAT
    + SEAT.replace("seat", "visit")
)
NAMES = ("Rex Rover", "Tom Cat")


@pytest.fixture
def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(sys.modules["customary.engine.plan.applying.finish"], "NOTICED", timedelta(0))
    house = House(tmp_path / "mycrm", sa.make_url(database_url))
    create(house.directory, [])
    house.write(OLD)
    with closing(house.open()) as workspace:
        workspace.apply()
        with workspace.database.write() as connection:
            work = workspace.work(connection, SYSTEM)
            vets = [records.create(work, "vet", {"name": name}) for name in ("Ann", "Bob")]
            for name, kind in zip(NAMES, ("dog", "cat"), strict=True):
                pet = records.create(work, "pet", {"name": name, "kind": kind, "old_vets": vets, "new_vets": vets})
            records.create(work, "seat", {"pet": pet, "vet": vets[0]})
    house.write(NEW)
    return house


def test_values_are_whole_whenever_the_process_dies(house):
    step, killed = 0, True
    while killed:
        step += house.stride
        with house.copy() as copy:
            killed = kill_at(step, copy)
            with closing(copy.open()) as workspace:
                if workspace.release.number == 1:
                    assert counts(workspace, "seat") == [1], f"after step {step}"
                workspace.recover()
                workspace.apply()
                assert (workspace.release.number, found(workspace)) == (2, []), f"after step {step}"
                look(workspace, step)
    assert step > 15


def counts(workspace: Workspace, *entities: str) -> list[int]:
    with workspace.database.read() as connection:
        tables = (workspace.release.tables.entity(each).table for each in entities)
        return [connection.execute(sa.select(sa.func.count()).select_from(each)).scalar_one() for each in tables]


def look(workspace: Workspace, step: int) -> None:
    assert counts(workspace, "seat", "visit", "kind") == [4, 4, 2], f"after step {step}"
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        pets = [each.values for each in records.select(work, "pet", records.Query()).records]
        kinds = {each.values["id"]: each.values for each in records.select(work, "kind", records.Query()).records}
    assert {(each["first"], each["last"], kinds[each["kind"]]["name"]) for each in pets} == {
        ("Rex", "Rover", "Dog"),
        ("Tom", "Cat", "Cat"),
    }
    assert [each["count"] for each in kinds.values()] == [1, 1]
