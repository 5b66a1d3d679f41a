"""Backup: the definitions, the database at one moment, and the attached files that it knows at that moment."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.backup.archive import FILES, Progress, Writing
from customary.engine.backup.columns import KINDS
from customary.engine.backup.folder import definitions
from customary.engine.backup.shape import TableShape, shapes
from customary.engine.files import Store
from customary.engine.files.file import file as file_rows
from customary.engine.releases import newest_number
from customary.engine.snapshot import snapshot
from customary.engine.workspace import Workspace, WrongUse

AT_ONCE = 1000
"""Rows that are held in memory."""


@dataclass(slots=True)
class Saved:
    """What went into a backup. `warnings` tell of what was to be there and was not."""

    release: int
    rows: int = 0
    files: int = 0
    size: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Advance:
    """How far it is, of all rows and files."""

    total: int
    progress: Progress | None
    done: int = 0

    def by(self, count: int) -> None:
        self.done += count
        if self.progress is not None:
            self.progress("Saving", self.done, self.total)


def backup(workspace: Workspace, path: Path, replace: bool = False, progress: Progress | None = None) -> Saved:
    """Writes everything that the workspace holds into one file, while others go on working.

    The file is there only when it is whole. Raises WrongUse when there is one already and it is not to be replaced.
    """
    if path.exists() and not replace:
        raise WrongUse(f"{path} is there already. Give another name, or say --replace.")
    with _whole(path) as out, snapshot(workspace.database) as connection:
        archive, tables = Writing(out), shapes(connection)
        saved = Saved(newest_number(connection))
        counts = {each.name: _count(connection, each) for each in tables}
        advance = _Advance(sum(counts.values()) + counts[file_rows.name], progress)
        for name, source in definitions(workspace.directory):
            with archive.part(f"workspace/{name}") as part:
                part.write(source.read_bytes())
        for each in tables:
            with archive.part(f"rows/{each.name}.jsonl") as part:
                saved.rows += _write_rows(connection, each, part, advance)
        with archive.part(FILES) as part:
            _write_files(connection, workspace, part, saved, advance)
        archive.finish({
            "version": version("customary"),
            "made_at": datetime.now(UTC).isoformat(),
            "release": saved.release,
            "tables": [each.to_json() for each in tables],
            "rows": counts,
            "files": saved.files,
        })  # fmt: skip
        saved.size = out.tell()
    return saved


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that has its name once it is whole, and that nobody but its owner may read."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except OSError as error:
        raise WrongUse(f"The backup cannot be written: {error}") from error
    finally:
        beside.unlink(missing_ok=True)


def _count(connection: sa.Connection, shape: TableShape) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(sa.table(shape.name))).scalar_one()


def _write_rows(connection: sa.Connection, shape: TableShape, out: Any, advance: _Advance) -> int:
    writers = [(place, KINDS[each.kind].write) for place, each in enumerate(shape.columns) if KINDS[each.kind].write]
    statement, count = sa.select(shape.table(sa.MetaData())), 0
    for rows in connection.execute(statement.execution_options(yield_per=AT_ONCE)).partitions():
        out.write("".join(_line(row, writers) for row in rows).encode())
        count += len(rows)
        advance.by(len(rows))
    return count


def _line(row: sa.Row, writers: list[tuple[int, Any]]) -> str:
    values = list(row)
    for place, write in writers:
        if values[place] is not None:
            values[place] = write(values[place])
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write_files(connection: sa.Connection, workspace: Workspace, out: Any, saved: Saved, advance: _Advance) -> None:
    statement = sa.select(file_rows.c.id, file_rows.c.name, file_rows.c.sha256, file_rows.c.record)
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for row in connection.execute(statement.execution_options(yield_per=AT_ONCE)):
            data = _content(workspace.files, row.id)
            if data is not None:
                info = tarfile.TarInfo(row.id.hex)
                info.size = len(data)
                tar.addfile(info, BytesIO(data))
                tar.members.clear()
                saved.files += 1
            elif row.record is not None:
                saved.warnings.append(f"The content of “{row.name}” ({row.id}) is not where files are kept.")
            advance.by(1)


def _content(store: Store, id: UUID) -> bytes | None:
    """All of it: a file is 50 megabytes at most."""
    try:
        return b"".join(store.read(id))
    except FileNotFoundError:
        return None
