"""A process that applies is killed at every one of its steps; whoever comes next finds a whole house.

The child is the real command, and dies by a real signal: before the first, second, third ... transaction that it ends
after it has begun.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from customary.cli import main
from customary.engine import records
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import prove
from customary.engine.plan.applying import journal
from customary.engine.workspace import Workspace, create

READS = ("SELECT", "PRAGMA", "SET", "BEGIN")
BEGUN = "INSERT INTO customary_apply"

OLD = """
entity: vet
fields:
  name: {type: text}
---
entity: pet
title: name
fields:
  name: {type: text, required: true, search: true}
  age: {type: integer}
  town: {type: text}
  weight: {type: decimal, index: true}
---
role: helper
entities:
  pet: {read: all}
"""

NEW = """
entity: vet
fields:
  name: {type: text}
  pets: {type: integer, rollup: size(patients), index: true}
---
entity: pet
title: called
fields:
  called: {type: text, required: true, search: true, was: name, unique: true}
  age: {type: text}
  town: {type: text, search: true}
  weight: {type: decimal}
  kind: {type: text, default: cat}
  double: {type: integer, default: =size(called) * 2}
  number: {type: auto_number, format: 'P-###'}
  vet: {type: link, to: vet, inverse: patients}
  others: {type: links, to: pet}
---
entity: visit
fields:
  pet: {type: link, to: pet, required: true}
---
role: nurse
was: helper
entities:
  pet: {read: all}
"""


RECORDS = [("Rex", 3, "Athens"), ("Tom", 12, "Patras"), ("Lucy", None, None)]


@dataclass(frozen=True)
class House:
    """A workspace in which the old definitions are applied and the new ones lie ready."""

    directory: Path
    url: sa.URL

    def write(self, definitions: str) -> None:
        (self.directory / "schemas" / "pets.yaml").write_text(definitions)

    @property
    def address(self) -> str:
        return self.url.render_as_string(hide_password=False)

    @property
    def stride(self) -> int:
        """On SQLite every step; on PostgreSQL, where a copy takes its time, every third unless all are asked for."""
        return 1 if self.url.get_backend_name() == "sqlite" or os.environ.get("CUSTOMARY_THOROUGH") else 3

    def open(self) -> Workspace:
        return Workspace.open(self.directory, self.address)

    @contextmanager
    def copy(self) -> Iterator[House]:
        """One that may be killed."""
        if self.url.get_backend_name() == "sqlite":
            file = Path(self.url.database).with_name("copy.db")
            shutil.copy(self.url.database, file)
            yield House(self.directory, self.url.set(database=str(file)))
            for each in file.parent.glob("copy.db*"):
                each.unlink()
            return
        name = f"{self.url.database}_copy"
        admin = sa.create_engine(self.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {self.url.database}")
            yield House(self.directory, self.url.set(database=name))
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


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
            for name, age, town in RECORDS:
                records.create(work, "pet", {"name": name, "age": age, "town": town})
    house.write(NEW)
    return house


def test_whoever_comes_after_a_kill_finds_a_whole_house(house):
    step, numbers = 0, []
    killed = True
    while killed:
        step += house.stride
        with house.copy() as copy:
            killed = kill_at(step, copy)
            with closing(copy.open()) as workspace:
                number = workspace.release.number
                serve(workspace)
                workspace.recover()
                assert workspace.release.number == number
                assert found(workspace) == [], f"after step {step}"
                workspace.apply()
                assert (workspace.release.number, found(workspace)) == (2, []), f"after step {step}"
                look(workspace)
        numbers.append(number)
    assert numbers == sorted(numbers)
    assert set(numbers) == {1, 2}
    assert step > 20


def serve(workspace: Workspace) -> None:
    """Reads and writes under whichever release it is."""
    name, age = ("name", 5) if workspace.release.number == 1 else ("called", "5")
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        id = records.create(work, "pet", {name: "Late", "age": age})
        assert records.get(work, "pet", id).values[name] == "Late"


def found(workspace: Workspace) -> list:
    """What is wrong, or still under way."""
    with workspace.database.read() as connection:
        differences = prove(connection, workspace.release.tables)
        begun = journal.under_way(connection)
    return [*differences, *([begun] if begun else [])]


def look(workspace: Workspace) -> None:
    """Nothing is lost, and everything that is new is there."""
    assert workspace.plan().empty
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        rows = [each.values for each in records.select(work, "pet", records.Query(sort=(("called", False),))).records]
    assert [(row["called"], row["age"], row["town"], row["kind"], row["double"]) for row in rows] == [
        ("Late", "5", None, "cat", 8),
        ("Lucy", None, None, "cat", 8),
        ("Rex", "3", "Athens", "cat", 6),
        ("Tom", "12", "Patras", "cat", 6),
    ]
    assert sorted(row["number"] for row in rows) == ["P-001", "P-002", "P-003", "P-004"]


def kill_at(step: int, copy: House) -> bool:
    """Applies in a process that is killed at a step; whether it was killed before it was done."""
    child = os.fork()
    if child == 0:
        os.environ["CUSTOMARY_DATABASE"] = copy.address
        _die_at(step)
        try:
            main(["apply", str(copy.directory), "--yes"], standalone_mode=False)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.WIFSIGNALED(status)


def _die_at(step: int) -> None:
    """Every transaction is a step, for one that is not ended has not been; so is what is done outside of any."""
    steps, begun, writes = 0, False, False

    def count() -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def _statement(_connection, _cursor, statement, *_rest) -> None:
        nonlocal begun, writes
        begun = begun or statement.startswith(BEGUN)
        writes = writes or not statement.startswith(READS)
        if begun and "CONCURRENTLY" in statement:
            count()

    @sa.event.listens_for(sa.Engine, "commit")
    def _commit(_connection) -> None:
        nonlocal writes
        if begun and writes:
            count()
        writes = False
