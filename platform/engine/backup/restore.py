"""Restore: a workspace made of a backup, in an empty database and a new folder, or in the place of an old one."""

from __future__ import annotations

import shutil
import tarfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from customary.engine.backup.archive import FILES, Progress, Reading, Unusable, reading, verify
from customary.engine.backup.filling import clear, fill, finish, occupied
from customary.engine.backup.folder import NAMES, move, place_of
from customary.engine.database import Database
from customary.engine.files import Store
from customary.engine.messages.outbox import KEPT, QUEUED, message
from customary.engine.people.actor import SYSTEM
from customary.engine.plan.applying.alone import alone
from customary.engine.privacy import throw_away
from customary.engine.privacy.again import buried, erase_again
from customary.engine.records.work import Work
from customary.engine.releases import Release
from customary.engine.snapshot import without_patience
from customary.engine.text.edit import Insert, Set, edit
from customary.engine.text.source import SETTINGS_FILE
from customary.engine.workspace import DEFAULT_DATABASE, Workspace, WrongUse, database_at, declared_database, url_for

MOST_UNPACKED = 1032
"""How many times its length a zip can hold; what tells of more is no zip."""
LARGEST_FILE = 1024 * 1024 * 1024
LOCK_SECONDS = 10
LOCKED_OUT = "55P03"

Agree = Callable[[str], None]
"""Asked before what is there is replaced, with the database's address; raises when it must not be."""


@dataclass(slots=True)
class Restored:
    """What was made of a backup. `erased` are people in it who were erased since. `aside` is where the definitions went
    that lay there before."""

    release: int
    database: str
    rows: int = 0
    files: int = 0
    erased: int = 0
    aside: Path | None = None
    warnings: list[str] = field(default_factory=list)


def restore(
    path: Path,
    directory: Path,
    url: str | None = None,
    replace: Agree | None = None,
    hold_mail: bool = False,
    progress: Progress | None = None,
) -> Restored:
    """Makes the workspace of a backup. All of the file is verified before anything is written.

    The database is `url`, which the restored `customary.yaml` then names, else the one that the workspace would take
    by itself. Without `replace` the folder must be new and the database empty. `hold_mail` keeps mails that wait from
    being sent. Raises Unusable, WrongUse.
    """
    if replace is None and directory.exists() and any(directory.iterdir()):
        raise WrongUse(f"{directory} is not empty. Give a new folder, or say --replace.")
    with reading(path) as backup:
        _check_room(backup, path, directory)
        verify(backup, progress)
        with _staging(directory) as staging:
            _unpack(backup, staging, url)
            with _database(staging, directory, url) as database:
                restored = _fill(backup, database, directory, replace, hold_mail, progress)
            restored.aside = _put_in_place(staging, directory)
    return restored


def _check_room(backup: Reading, path: Path, directory: Path) -> None:
    """A small file can tell of more than any disk holds."""
    there = next(each for each in (directory.absolute(), *directory.absolute().parents) if each.is_dir())
    if backup.size > MOST_UNPACKED * path.stat().st_size or backup.size > shutil.disk_usage(there).free:
        raise Unusable(f"{path} unpacks to {backup.size / 1e9:,.1f} GB, for which there is no room.")


@contextmanager
def _staging(directory: Path) -> Iterator[Path]:
    """A folder in the workspace's own for what is not in place yet. A new workspace that fails leaves nothing."""
    existed, was_empty = directory.exists(), not directory.exists() or not any(directory.iterdir())
    staging = directory / f".restoring-{uuid.uuid4().hex[:8]}"
    try:
        staging.mkdir(parents=True)
        yield staging
    except BaseException as error:
        for each in list(directory.iterdir()) if was_empty and directory.is_dir() else ():
            shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink()
        if not existed and directory.is_dir():
            directory.rmdir()
        if isinstance(error, OSError):
            raise WrongUse(f"The workspace cannot be written: {error}") from error
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _unpack(backup: Reading, staging: Path, url: str | None) -> None:
    """Writes the definitions, with the address of another database where one is given."""
    for name in backup.parts:
        folder, _, rest = name.partition("/")
        if folder == "workspace":
            try:
                target = staging / place_of(rest)
            except ValueError as error:
                raise Unusable(f"The backup holds {error}.") from error
            target.parent.mkdir(parents=True, exist_ok=True)
            with backup.part(name) as part, target.open("wb") as out:
                shutil.copyfileobj(part, out)
    settings = staging / SETTINGS_FILE
    if not settings.is_file():
        raise Unusable(f"The backup holds no {SETTINGS_FILE}.")
    declared = declared_database(staging)
    if url is not None and url != (declared or DEFAULT_DATABASE):
        change = Set(("database",), url) if declared else Insert((), "database", url)
        settings.write_text(edit(settings.read_text("utf-8"), [change]), "utf-8", newline="")


@contextmanager
def _database(staging: Path, directory: Path, url: str | None) -> Iterator[Database]:
    """The database to fill. A SQLite file that was not there before is gone again when that fails."""
    database = database_at(url_for(staging, url), directory)
    file = Path(database.url.database) if database.is_sqlite and database.url.database else None
    is_new = file is not None and not file.exists()
    try:
        yield database
    except BaseException:
        database.close()
        for each in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))) if is_new else ():
            each.unlink(missing_ok=True)
        raise
    finally:
        database.close()


def _fill(
    backup: Reading,
    database: Database,
    directory: Path,
    replace: Agree | None,
    hold_mail: bool,
    progress: Progress | None,
) -> Restored:
    shown = database.url.render_as_string(hide_password=True)
    Workspace(directory, database).prepare()
    with database.read() as connection:
        if occupied(connection, backup):
            if replace is None:
                raise WrongUse(f"The database {shown} is not empty. Give another by --database, or say --replace.")
            replace(shown)
    with alone(database) if replace else nullcontext():
        return _filled(backup, database, directory, hold_mail, progress)


def _filled(
    backup: Reading, database: Database, directory: Path, hold_mail: bool, progress: Progress | None
) -> Restored:
    """Everything in one transaction, whose end is the moment at which the new takes the place of the old. Whoever was
    erased in the old is erased in the new as well."""
    total = sum(backup.manifest["rows"].values()) + backup.manifest["files"]
    restored = Restored(backup.manifest["release"], database.url.render_as_string(hide_password=True))
    gone: set[UUID] = set()
    with _writing(database) as connection:
        stones = buried(connection)
        clear(connection, backup)
        for count in fill(connection, backup):
            restored.rows += count
            if progress:
                progress("Restoring", restored.rows, total)
        release, restored.warnings = finish(connection, backup)
        if release is not None:
            for _ in _write_files(backup, release, directory):
                restored.files += 1
                if progress:
                    progress("Restoring", restored.rows + restored.files, total)
            work = Work(connection, release, SYSTEM, datetime.now(UTC))
            restored.erased, gone = erase_again(work, stones)
        if hold_mail:
            waiting = message.update().where(message.c.status == QUEUED)
            connection.execute(waiting.values(status=KEPT, due=None))
    if release is not None:
        throw_away(Store(release.model.settings.files, directory), gone)
    return restored


@contextmanager
def _writing(database: Database) -> Iterator[sa.Connection]:
    """One transaction, in which SQLite does not ask yet whether what is pointed to is there already."""
    with database.engine.connect().execution_options(customary_write=True) as connection:
        if database.is_sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        with _not_in_use(database), connection.begin():
            without_patience(connection)
            if not database.is_sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            yield connection


@contextmanager
def _not_in_use(database: Database) -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCKED_OUT or "locked" in str(error.orig):
            shown = database.url.render_as_string(hide_password=True)
            raise WrongUse(f"The database {shown} is in use. End the servers and workers first.") from error
        raise


def _write_files(backup: Reading, release: Release, directory: Path) -> Iterator[UUID]:
    """Contents have ids that are never given again: what is there already is only written where it differs."""
    store = Store(release.model.settings.files, directory)
    try:
        with backup.part(FILES) as part, tarfile.open(fileobj=part, mode="r|") as tar:
            for member in tar:
                tar.members.clear()
                source = tar.extractfile(member)
                if source is None or member.size > LARGEST_FILE:
                    raise ValueError(member.name)
                id, data = UUID(hex=member.name), source.read()
                if not store.holds(id, data):
                    store.write(id, data)
                yield id
    except (tarfile.TarError, ValueError) as error:
        raise Unusable(f"The attached files of the backup cannot be read: {error}") from error


def _put_in_place(staging: Path, directory: Path) -> Path | None:
    """The definitions take their place; those that lay there go aside."""
    aside = None
    if any((directory / name).exists() for name in NAMES):
        aside = directory / f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        move(directory, aside)
    move(staging, directory)
    return aside
