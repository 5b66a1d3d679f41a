"""A copy of a workspace, definitions and data, to try out on what is meant for the real one; it leaves nothing."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from customary.engine.backup import backup, restore
from customary.engine.backup.folder import definitions
from customary.engine.database import Database
from customary.engine.doctor import Finding, examine
from customary.engine.examples import House, examples, try_out
from customary.engine.examples.difference import Difference
from customary.engine.releases import Release
from customary.engine.workspace import Workspace, WorkspaceError

MAY_NOT, IN_USE = "42501", "55006"
"""insufficient_privilege, object_in_use"""


@contextmanager
def copied(workspace: Workspace) -> Iterator[Workspace]:
    """The workspace as it stands, in a folder and a database of its own for as long as it is needed.

    Others may work on the real one meanwhile. Raises WorkspaceError where no database may be made.
    """
    with tempfile.TemporaryDirectory(prefix="customary-rehearsal-") as name:
        folder = Path(name) / "workspace"
        for path, source in definitions(workspace.directory):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / path)
        with _database(workspace, Path(name)) as database:
            rehearsed = Workspace(folder, database)
            try:
                yield rehearsed
            finally:
                rehearsed.close()


def tried(release: Release) -> tuple[int, list[Difference]]:
    """How many examples a release gives of itself, and what came out otherwise."""
    assert release.source is not None
    found = list(examples(release.source, release.model))
    with House(release.source, release.model) as house:
        return len(found), [difference for each in found for difference in try_out(house, each)]


def findings(workspace: Workspace) -> list[Finding]:
    """What the doctor says of the copy; what is attached to records was not copied."""
    verdicts = (each for each in examine(workspace) if each.name != "files")
    return [finding for each in verdicts for finding in each.findings]


@contextmanager
def _database(workspace: Workspace, folder: Path) -> Iterator[Database]:
    if workspace.database.is_sqlite:
        with workspace.database.copy() as database:
            yield database
        return
    with _scratch(workspace.database) as (server, url):
        _fill(workspace, server, url, folder)
        database = Database(url.render_as_string(hide_password=False))
        try:
            yield database
        finally:
            database.close()


@contextmanager
def _scratch(database: Database) -> Iterator[tuple[sa.Connection, sa.URL]]:
    """A connection that may make databases, and the address of the one that will be there for a while."""
    url = database.url.set(drivername="postgresql+psycopg")
    name = f"customary_rehearsal_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as server:
        try:
            yield server, database.url.set(database=name)
        finally:
            server.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _fill(workspace: Workspace, server: sa.Connection, url: sa.URL, folder: Path) -> None:
    """Lets the server copy the database; while others are connected it does not, and a backup is restored there."""
    quote = server.dialect.identifier_preparer.quote
    workspace.database.close()
    if _made(server, f"CREATE DATABASE {url.database} TEMPLATE {quote(str(workspace.database.url.database))}"):
        return
    _made(server, f"CREATE DATABASE {url.database} TEMPLATE template0")
    saved = folder / "backup.zip"
    backup(workspace, saved)
    restore(saved, folder / "restored", url.render_as_string(hide_password=False), hold_mail=True)
    saved.unlink()
    shutil.rmtree(folder / "restored")


def _made(server: sa.Connection, statement: str) -> bool:
    """Whether the database could be made; False while others are connected to the one it is made of."""
    try:
        server.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == MAY_NOT:
            raise WorkspaceError(
                "There is no copy to rehearse on: this user may not make a database. Allow it (ALTER ROLE … CREATEDB), "
                "or restore a backup into another database and upgrade that."
            ) from error
        if state != IN_USE:
            raise
        return False
    return True
