"""A throw-away database in which examples are tried out, each in a copy of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from customary.engine import people
from customary.engine.arithmetic import add_months
from customary.engine.automation.clock import tick
from customary.engine.automation.tables import WAITING, run
from customary.engine.automation.worker import work_until_idle
from customary.engine.database import Database
from customary.engine.model.duration import length
from customary.engine.model.model import Model
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.plan import apply, compare
from customary.engine.records.changes import queue
from customary.engine.records.work import Cause, Work
from customary.engine.releases import Release, Releases
from customary.engine.text import Source
from customary.engine.workspace import Workspace


class Room:
    """One copy of the database, in which one example happens."""

    def __init__(self, database: Database, release: Release, now: datetime) -> None:
        self.database, self.release, self.now = database, release, now
        self.releases = Releases(database)
        self.releases.keep(release)
        self._actors: dict[str, Actor] = {}

    @contextmanager
    def work(self, actor: Actor = SYSTEM) -> Iterator[Work]:
        """One transaction."""
        with self.database.write() as connection:
            yield Work(connection, self.release, actor, self.now, Cause("form"))

    def settle(self) -> None:
        """Gives rules their turn until there is nothing left to do."""
        work_until_idle(self.database, self.releases, self.now)

    def let_pass(self, span: str) -> None:
        """Time passes, a day at a time and to each moment for which a run waits."""
        months, seconds = length(span)
        until = add_months(self.now, Decimal(months)) + timedelta(seconds=seconds)
        while self.now < until:
            self.now = min(until, self.now + timedelta(days=1), *self._awaited())
            self.look_at_the_clock()
            self.settle()

    def look_at_the_clock(self) -> None:
        """Begins what time starts; time counts for a rule from the first look on."""
        tick(self.database, self.releases, self.now)

    def _awaited(self) -> list[datetime]:
        later = sa.select(run.c.due).where(run.c.status == WAITING, run.c.due > self.now)
        with self.database.read() as connection:
            return list(connection.execute(later.order_by(run.c.due).limit(1)).scalars())

    def forget(self) -> None:
        """Lets no rule start over what has happened so far."""
        with self.database.write() as connection:
            connection.execute(sa.delete(queue))

    def actor(self, role: str | None) -> Actor:
        """Somebody with a role; without one, somebody who may do everything, if there are users."""
        model = self.release.model
        named = role or next((name for name, each in model.roles.items() if each.admin), None)
        if named is None or model.playing("user") is None:
            return SYSTEM
        if named not in self._actors:
            with self.work() as work:
                id = people.add(work, f"{named}@example.com", None, [named], named)
                self._actors[named] = people.actor_of_user(work.connection, id, self.release)
        return self._actors[named]


class House:
    """The definitions applied once, in a folder that is gone afterwards."""

    def __init__(self, source: Source, model: Model, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self._folder = tempfile.TemporaryDirectory(prefix="customary-test-", ignore_cleanup_errors=True)
        self._number = 0
        database = self._database("applied.db")
        Workspace(Path(self._folder.name), database).prepare()
        with database.read() as connection:
            plan = compare(connection, None, model, source)
        self.release = apply(database, plan, source, "customary test")
        database.close()

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @contextmanager
    def room(self) -> Iterator[Room]:
        """A fresh copy of what was applied."""
        self._number += 1
        name = f"{self._number}.db"
        shutil.copy(Path(self._folder.name, "applied.db"), Path(self._folder.name, name))
        database = self._database(name)
        try:
            yield Room(database, self.release, self.now)
        finally:
            database.close()
            Path(self._folder.name, name).unlink(missing_ok=True)

    def _database(self, name: str) -> Database:
        return Database(f"sqlite:///{Path(self._folder.name, name)}")
