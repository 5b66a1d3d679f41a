"""A workspace with rules, on a real database of either kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from customary.engine.automation.clock import tick
from customary.engine.automation.watching.log import Run, StepTaken, runs_of, step_log
from customary.engine.automation.worker import work_once, work_until_idle
from customary.engine.database import Database
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.records import storage
from customary.engine.records.work import Cause, Work
from customary.engine.records.write import archive, create, delete, update
from customary.engine.workspace import Workspace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what the other database can do no otherwise: tests of both take their time."""


class House:
    """A workspace that is worked in: records are written, then rules are given their turn."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.database, self.releases = workspace.database, workspace.releases
        self.actor: Actor = SYSTEM
        self.now = NOW

    def do(self, act: Callable[[Work], Any]) -> Any:
        with self.database.write() as connection:
            return act(self.work(connection))

    def work(self, connection: Any) -> Work:
        return Work(connection, self.workspace.release, self.actor, self.now, Cause("form"))

    def create(self, entity: str, **values: Any) -> UUID:
        return self.do(lambda work: create(work, entity, values))

    def update(self, entity: str, id: UUID, **values: Any) -> int:
        return self.do(lambda work: update(work, entity, id, values))

    def archive(self, entity: str, id: UUID) -> None:
        self.do(lambda work: archive(work, entity, id))

    def delete(self, entity: str, id: UUID) -> None:
        self.do(lambda work: delete(work, entity, id))

    def get(self, entity: str, id: UUID) -> Mapping[str, Any]:
        return self.do(lambda work: storage.load(work, entity, id))

    def all(self, entity: str) -> list[Mapping[str, Any]]:
        return self.do(lambda work: storage.load_all(work, entity))

    def turn(self) -> int:
        return work_once(self.database, self.releases, self.now)

    def settle(self) -> None:
        work_until_idle(self.database, self.releases, self.now)

    def later(self, **span: int) -> None:
        """Time passes, and rules get their turn."""
        self.now += timedelta(**span)
        tick(self.database, self.releases, self.now)
        self.settle()

    def redefine(self, definitions: str) -> None:
        """Applies other definitions."""
        (self.workspace.directory / "schemas" / "own.yaml").write_text(definitions)
        self.workspace.apply(by="test")

    def runs(self) -> list[Run]:
        """Oldest first."""
        return self.do(lambda work: runs_of(work))[::-1]

    def steps(self, run: Run) -> list[StepTaken]:
        return self.do(lambda work: step_log(work, run.id))


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Callable[..., House]:
    """Opens a workspace on `packs` with these definitions, applied."""

    def opened(definitions: str, packs: str = "core", settings: str = "") -> House:
        folder = tmp_path / "house"
        (folder / "schemas").mkdir(parents=True)
        (folder / "customary.yaml").write_text(f"name: House\npacks: [{packs}]\n{settings}")
        (folder / "schemas" / "own.yaml").write_text(definitions)
        workspace = Workspace(folder, database)
        workspace.prepare()
        workspace.apply(by="test")
        return House(workspace)

    return opened
