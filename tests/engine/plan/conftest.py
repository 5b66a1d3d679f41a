"""A database that definitions, written as text, are applied to."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.database import Database
from customary.engine.model import compile_source
from customary.engine.people.actor import SYSTEM
from customary.engine.plan import Plan, apply, compare, finish, undo
from customary.engine.plan.line import from_text, to_text
from customary.engine.problem import Problems
from customary.engine.records.work import Work
from customary.engine.releases import Release, Releases
from customary.engine.text import WORKSPACE, File, Source, read_source
from customary.engine.workspace import ROOMS_WITH_TABLES

for _room in ROOMS_WITH_TABLES:
    importlib.import_module(_room)

SETTINGS = "name: Test\ncurrency: EUR\ntime_zone: Europe/Athens\n"
AT_ONCE = timedelta(0)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Ground:
    """What is applied, and records in it, past all rules of the records room."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.releases = Releases(database)
        self.release: Release | None = None
        self.settings = SETTINGS

    def source(self, text: str) -> Source:
        problems = Problems()
        files = [File("customary.yaml", WORKSPACE, self.settings), File("schemas/test.yaml", WORKSPACE, text)]
        source = read_source(files, problems)
        problems.raise_errors()
        return source

    def plan(self, text: str, **how: Any) -> Plan:
        source, problems = self.source(text), Problems()
        model = compile_source(source, problems)
        problems.raise_errors()
        with self.database.read() as connection:
            return compare(connection, self.release, model, source, **how)

    def statements(self, text: str) -> int:
        """How many statements a plan takes."""
        found: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            found.append(statement)

        sa.event.listen(self.database.engine, "before_cursor_execute", note)
        self.plan(text)
        sa.event.remove(self.database.engine, "before_cursor_execute", note)
        return len(found)

    def apply(self, text: str) -> list[str]:
        plan = self.plan(text)
        assert from_text(to_text(plan.lines)) == plan.lines
        self.release = apply(self.database, plan, plan.source, "test")
        finish(self.database, plan, self.release, AT_ONCE)
        assert self.plan(text).empty, self.plan(text).lines
        return list(map(str, plan.lines))

    def plan_undo(self, number: int | None = None) -> Plan:
        with self.database.read() as connection:
            return undo(connection, self.release, number)

    def undo(self, number: int | None = None) -> list[str]:
        """Takes back a release; afterwards its definitions of then say what is applied."""
        plan = self.plan_undo(number)
        self.release = apply(self.database, plan, plan.source, "test")
        finish(self.database, plan, self.release, AT_ONCE)
        with self.database.read() as connection:
            again = compare(connection, self.release, plan.model, plan.source)
        assert again.empty, list(map(str, again.lines))
        return list(map(str, plan.lines))

    def create(self, entity: str, values: Mapping[str, Any]) -> UUID:
        """As somebody enters it: with all rules, and a row of history."""
        with self.database.write() as connection:
            return records.create(self._work(connection), entity, values)

    def update(self, entity: str, id: UUID, values: Mapping[str, Any]) -> None:
        with self.database.write() as connection:
            records.update(self._work(connection), entity, id, values)

    def _work(self, connection: sa.Connection) -> Work:
        return Work(connection, self.release, SYSTEM, datetime.now(UTC))

    def add(self, entity: str, /, **values: Any) -> UUID:
        id = uuid4()
        table = self.release.tables.entity(entity)
        row = {"id": id, "created_at": NOW, "updated_at": NOW, "revision": 1, **table.store(values)}
        with self.database.write() as connection:
            connection.execute(table.table.insert(), row)
        return id

    def link(self, entity: str, field: str, source: UUID, target: UUID) -> None:
        links = self.release.tables.entity(entity).links(field)
        with self.database.write() as connection:
            connection.execute(links.insert(), {"source": source, "target": target})

    def links(self, entity: str, field: str) -> set[tuple[UUID, UUID]]:
        links = self.release.tables.entity(entity).links(field)
        with self.database.read() as connection:
            return {(row.source, row.target) for row in connection.execute(sa.select(links))}

    def record(self, entity: str, id: UUID) -> Mapping[str, Any]:
        table = self.release.tables.entity(entity)
        with self.database.read() as connection:
            return table.load(connection.execute(sa.select(table.table).where(table.table.c.id == id)).one())

    def value(self, entity: str, id: UUID, field: str) -> Any:
        return self.record(entity, id)[field]


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)
