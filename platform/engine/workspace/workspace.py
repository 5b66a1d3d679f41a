"""A workspace: one business's folder of definitions and its database, and what can be done with both."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.files import Store
from customary.engine.problem import Problem, Problems
from customary.engine.releases import Release, Releases
from customary.engine.releases.packs import held, origins
from customary.engine.snapshot import snapshot
from customary.engine.text import gather, read_source
from customary.engine.text.lock import LOCK_FILE, check_lock, write_lock
from customary.engine.text.source import SETTINGS_FILE
from customary.engine.workspace.address import database_at, url_for
from customary.engine.workspace.errors import WorkspaceError, WrongUse
from customary.engine.workspace.tables import add_new_columns, declare_tables

if TYPE_CHECKING:
    from customary.engine.automation.worker import Worker
    from customary.engine.model.check import Counts
    from customary.engine.model.workspace import Settings
    from customary.engine.people.actor import Actor
    from customary.engine.plan import Plan, Progress, Seal
    from customary.engine.plan.impact.counting import Told as Counted
    from customary.engine.plan.retired.aside import Aside
    from customary.engine.plan.retired.retired import Retired
    from customary.engine.records.work import Work
    from customary.engine.text import Source
    from customary.engine.text.put_back import PutBack

log = logging.getLogger("customary.workspace")


class Workspace:
    """A folder with `customary.yaml`, its database, and the releases in it."""

    def __init__(self, directory: Path, database: Database) -> None:
        self.directory = directory
        self.database = database
        self.releases = Releases(database)

    @classmethod
    def open(cls, directory: Path | str = ".", database_url: str | None = None) -> Workspace:
        """Opens the workspace in a folder and makes the platform's own tables where they are missing.

        The database is `database_url`, else what CUSTOMARY_DATABASE names, else what `customary.yaml` names,
        else a SQLite file in the folder. Raises WorkspaceError when there is no workspace or no database.
        """
        directory = Path(directory)
        if not (directory / SETTINGS_FILE).is_file():
            raise WrongUse(f"{directory} holds no {SETTINGS_FILE}. Make a workspace with: customary init DIR")
        workspace = cls(directory, database_at(url_for(directory, database_url), directory))
        workspace.prepare()
        return workspace

    @property
    def settings(self) -> Settings:
        """What the applied definitions say about the workspace as a whole."""
        return self.release.model.settings

    @property
    def release(self) -> Release:
        """The newest release. Raises WorkspaceError while nothing has been applied."""
        release = self.releases.current()
        if release is None:
            raise WorkspaceError(f"Nothing is applied yet. Run: customary apply {self.directory}")
        return release

    @cached_property
    def files(self) -> Store:
        """Where the contents of its files lie."""
        return Store(self.settings.files, self.directory)

    def prepare(self) -> None:
        """Makes the platform's own tables where they are missing."""
        declare_tables()
        try:
            try:
                self.database.prepare()
            except (sa.exc.ProgrammingError, sa.exc.IntegrityError):
                # Another process may be making the same tables at this moment; then they are there now.
                self.database.prepare()
            add_new_columns(self.database)
        except sa.exc.OperationalError as error:
            shown = self.database.url.render_as_string(hide_password=True)
            raise WorkspaceError(f"The database {shown} does not answer: {_first_line(error.orig)}") from error

    def check(self) -> tuple[Problems, Counts]:
        """All problems of the definitions, and counts of what they declare."""
        from customary.engine.automation.analyse import analyse
        from customary.engine.model.check import check

        return check(self.directory, analyse)

    def plan(self, quick: bool = False, told: Counted | None = None) -> Plan:
        """What applying the folder's definitions would change. Raises DefinitionError with all their problems.

        A pack of another version than the pinned one stays what it was: it is taken up by an upgrade alone. A `quick`
        plan counts nothing; `told` hears what is counted, how far, and of how much.
        """
        from customary.engine.automation.analyse import analyse

        problems, warned = Problems(), Problems()
        files = gather(self.directory, problems)
        check_lock(self.directory, read_source(files, Problems()), warned)
        with snapshot(self.database) as connection:
            current = self.releases.load(connection)
            files = held(connection, self.directory, current, files, problems)
            source = read_source(files, problems, origins(self.directory, current, files))
            plan = self._compared(connection, source, problems, quick, told)
            notes = () if quick or current is None else self._notes(connection, current, plan)
            return replace(plan, warnings=(*warned, *analyse(plan.model, source), *notes))

    def plan_of(self, source: Source) -> Plan:
        """What applying a source would change. Raises DefinitionError with all its problems."""
        with snapshot(self.database) as connection:
            return self._compared(connection, source, Problems())

    def draft(self) -> Release | None:
        """The folder's definitions as a release that is not applied, over the tables that are there.

        None where they call for other tables. Raises DefinitionError with all their problems.
        """
        return _over_tables(self.plan(quick=True), self.release)

    def _notes(self, connection: sa.Connection, current: Release, plan: Plan) -> tuple[Problem, ...]:
        """What rules that are new or changed will have to do, where the tables are there to ask."""
        from customary.engine.automation.analyse.fanout import fan_out

        names = {line.path.partition(".")[0] for line in plan.lines if line.kind == "workflow" and line.sign != "-"}
        release = _over_tables(plan, current) if names else None
        return tuple(fan_out(connection, release, names, datetime.now(UTC))) if release is not None else ()

    def _compared(
        self,
        connection: sa.Connection,
        source: Source,
        problems: Problems,
        quick: bool = False,
        told: Counted | None = None,
    ) -> Plan:
        from customary.engine.model import compile_source
        from customary.engine.plan import compare

        model = compile_source(source, problems)
        problems.raise_errors()
        return compare(connection, self.releases.load(connection), model, source, quick=quick, told=told)

    def apply(
        self,
        plan: Plan | None = None,
        by: str = "",
        told: Callable[[Progress], None] | None = None,
        agreed: str | Seal | None = None,
    ) -> Release:
        """Does a plan (by default the one for the folder's definitions), takes up the release and pins its packs.

        `agreed` is the digest or the seal of the plan that somebody saw: raises Drifted when this one is another.
        """
        from customary.engine.plan import apply, finish, hold

        if plan is None:
            self.recover()
            plan = self.plan()
        if agreed is not None:
            hold(plan.seal, agreed)
        if plan.empty:
            self._pin(plan)
            return self.release
        release = apply(self.database, plan, plan.source, by, told)
        self.releases.keep(release)
        self._pin(plan)
        finish(self.database, plan, release, told=told)
        return release

    def plan_undo(self, number: int | None = None) -> Plan:
        """The plan back to before a release, by default the newest one. Raises CannotUndo, or DefinitionError when
        what was applied then does not compile any more."""
        from customary.engine.plan import undo

        with snapshot(self.database) as connection:
            current = self.releases.load(connection)
            if current is None:
                raise WorkspaceError(f"Nothing is applied yet. Run: customary apply {self.directory}")
            return undo(connection, current, number)

    def put_back(self, plan: Plan) -> PutBack:
        """What makes the folder's files those of a plan. Raises CannotUndo when something would be lost by it."""
        from customary.engine.plan import files_back

        with self.database.read() as connection:
            return files_back(connection, self.directory, plan)

    def retired(self) -> list[Retired]:
        """What was taken out of the definitions and is kept, the first retired first."""
        from customary.engine.plan.retired.retired import retired
        from customary.engine.releases import load_catalogue

        with snapshot(self.database) as connection:
            return retired(connection, load_catalogue(connection))

    def aside(self, path: str) -> Iterator[Aside]:
        """The values of something retired, one by one. Raises WrongUse when nothing of that path is."""
        from customary.engine.plan.retired.aside import aside

        found = [each for each in self.retired() if each.path == path and each.columns]
        if not found:
            raise WrongUse(f"Nothing retired is called “{path}”. See: customary retired")
        with snapshot(self.database) as connection:
            for each in found:
                yield from aside(connection, self.release, each)

    def plan_purge(self, older_than: timedelta | None = None) -> Plan:
        """The plan that destroys what is retired for longer, by default for as long as `purge_after` says."""
        from customary.engine.plan.retired.purge import purge

        with snapshot(self.database) as connection:
            return purge(connection, self.release, datetime.now(UTC), older_than)

    def purge(self, plan: Plan, by: str = "") -> Release:
        """Destroys what the plan says, and the files of entities that are gone."""
        from customary.engine.files import forget
        from customary.engine.plan.retired.purge import purged_entities

        release = self.apply(plan, by)
        entities, more = purged_entities(release.tables.catalogue), True
        while entities and more:
            with self.database.write() as connection:
                more = forget(connection, self.files, entities)
        return release

    def recover(self) -> None:
        """Ends what somebody began to apply and did not live to end. To be called before serving and planning."""
        from customary.engine.plan import recover

        recover(self.database)

    def _pin(self, plan: Plan) -> None:
        """Writes `customary.lock`. Where the folder cannot be written, the release row knows the packs all the same."""
        if plan.source is None:
            return
        try:
            write_lock(self.directory, plan.source)
        except OSError as error:
            log.warning("%s cannot be written: %s", self.directory / LOCK_FILE, error.strerror)

    def work(self, connection: sa.Connection, actor: Actor, origin: str = "system") -> Work:
        """A unit of work on this workspace's newest release, at this moment."""
        from customary.engine.records.work import Cause, Work

        return Work(connection, self.release, actor, datetime.now(UTC), Cause(origin))

    def worker(self) -> Worker:
        """What runs the rules of this workspace, sends its mail, and keeps to its times of retention."""
        from customary.engine.automation.worker import Worker
        from customary.engine.privacy.retaining import LOOKS_SECONDS, Retaining

        retaining = Retaining(self.database, self.releases, self.files)
        return Worker(self.database, self.releases, self.files, [("retention", retaining.once, LOOKS_SECONDS)])

    def close(self) -> None:
        self.releases.stop()
        self.database.close()


def _first_line(error: object) -> str:
    return next(iter(str(error).strip().splitlines()), "")


def _over_tables(plan: Plan, current: Release) -> Release | None:
    """What a plan leads to, as a release over the tables that are there; None where it calls for others."""
    grows = any(turn.verb != "kept" for turn in plan.turns)
    if grows or any(made.kind != "index" for change in plan.changes for made in change.adds()):
        return None
    return Release(current.number, plan.model, plan.tables, current.applied_at, plan.source)
