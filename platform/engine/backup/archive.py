"""The file of a backup: a zip of parts, and a manifest with the length and the checksum of each.

`workspace/…` are the definitions, `rows/<table>.jsonl` the rows of a table, one JSON list a line, `files.tar` the
contents of attached files by their ids, `manifest.json` what there is. The zip's comment has the manifest's checksum.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from customary.engine.backup.shape import TableShape
from customary.engine.database import system
from customary.engine.workspace import WorkspaceError, declare_tables

FORMAT = 1
MANIFEST, FILES = "manifest.json", "files.tar"
CHUNK = 1024 * 1024
LARGEST_MANIFEST = 64 * CHUNK
LONGEST_LINE = 256 * CHUNK
"""A row of it would be larger than anything that Customary keeps in one."""
_COMMENT = re.compile(rb"customary backup sha256:([0-9a-f]{64})")
_PART = re.compile(r"rows/[a-z0-9_]{1,63}\.jsonl|files\.tar|workspace/.+", re.ASCII | re.DOTALL)
_BROKEN = (zipfile.BadZipFile, ValueError, LookupError, TypeError, AttributeError, EOFError, RecursionError,
           NotImplementedError, OSError, zlib.error)  # fmt: skip

Progress = Callable[[str, int, int], None]
"""Told what is under way, what of it is done, and of how much."""


class Unusable(WorkspaceError):
    """A file that is no whole backup; nothing was written."""


@dataclass(frozen=True, slots=True)
class PartMark:
    """What the manifest knows of one part."""

    size: int
    sha256: str


class Writing:
    """A backup that is being written, part after part."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=5)
        self._parts: dict[str, PartMark] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[_Hashing]:
        """A new part to write into."""
        with self._zip.open(name, "w", force_zip64=True) as out:
            hashing = _Hashing(out)
            yield hashing
        self._parts[name] = PartMark(hashing.size, hashing.sha256.hexdigest())

    def finish(self, told: Mapping[str, Any]) -> None:
        """Writes the manifest: what is told, and the marks of all parts."""
        parts = {name: [mark.size, mark.sha256] for name, mark in self._parts.items()}
        text = json.dumps({**told, "format": FORMAT, "parts": parts}, ensure_ascii=False, indent=1).encode()
        self._zip.writestr(MANIFEST, text)
        self._zip.comment = b"customary backup sha256:" + hashlib.sha256(text).hexdigest().encode()
        self._zip.close()


class _Hashing:
    """A stream that counts and sums up what is written into it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.size = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.sha256.update(data)
        self._out.write(data)
        return len(data)


@dataclass(frozen=True)
class Reading:
    """A backup that is open for reading, and whose manifest is whole."""

    zip: zipfile.ZipFile = field(repr=False)
    manifest: Mapping[str, Any] = field(repr=False)
    parts: Mapping[str, PartMark] = field(repr=False)

    @cached_property
    def tables(self) -> tuple[TableShape, ...]:
        return tuple(map(TableShape.from_json, self.manifest["tables"]))

    @property
    def size(self) -> int:
        """The bytes of all parts when they are unpacked."""
        return sum(mark.size for mark in self.parts.values())

    def rows(self, table: TableShape) -> Iterator[list[Any]]:
        """The rows of a table as they stand in the file."""
        with self.part(f"rows/{table.name}.jsonl") as lines:
            while line := lines.readline(LONGEST_LINE):
                yield json.loads(line)

    def part(self, name: str) -> IO[bytes]:
        return self.zip.open(name)


@contextmanager
def reading(path: Path) -> Iterator[Reading]:
    """Opens a backup and checks its manifest; see `verify` for the rest. Raises Unusable."""
    declare_tables()
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as opened:
            yield _reading(path, opened)
    except zipfile.BadZipFile as error:
        raise Unusable(f"{path} is no backup of Customary, or its end is missing.") from error
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror or error}.") from error


def verify(backup: Reading, progress: Progress | None = None) -> None:
    """Reads every part once and compares it with its mark. Raises Unusable with the first that differs."""
    done = 0
    for name, mark in backup.parts.items():
        sha256, size = hashlib.sha256(), 0
        try:
            with backup.part(name) as part:
                while size <= mark.size and (piece := part.read(CHUNK)):
                    sha256.update(piece)
                    size += len(piece)
                    if progress:
                        progress("Verifying", done + size, backup.size)
        except _BROKEN as error:
            raise _damaged(backup, name) from error
        if (size, sha256.hexdigest()) != (mark.size, mark.sha256):
            raise _damaged(backup, name)
        done += size


def verified(path: Path, progress: Progress | None = None) -> str:
    """What a whole backup holds, in words. Raises Unusable."""
    with reading(path) as backup:
        verify(backup, progress)
        told = backup.manifest
        made = f"made {told['made_at'][:16].replace('T', ' ')} UTC by Customary {told['version']}"
        return f"release {told['release']}, {sum(told['rows'].values()):,} rows and {told['files']:,} files, {made}"


def _reading(path: Path, opened: zipfile.ZipFile) -> Reading:
    found = _COMMENT.fullmatch(opened.comment)
    if found is None:
        raise Unusable(f"{path} is no backup of Customary, or its end is missing.")
    try:
        with opened.open(MANIFEST) as part:
            text = part.read(LARGEST_MANIFEST)
        if hashlib.sha256(text).hexdigest().encode() != found[1]:
            raise ValueError("another checksum")
        manifest = json.loads(text)
        _check_format(path, manifest)
        parts = {name: PartMark(int(size), str(sha256)) for name, (size, sha256) in manifest["parts"].items()}
        _check_parts(opened, parts)
        backup = Reading(opened, manifest, parts)
        _check_tables(backup)
    except Unusable:
        raise
    except _BROKEN as error:
        raise Unusable(f"{path} is damaged: its manifest cannot be read ({error}).") from error
    return backup


def _check_format(path: Path, manifest: Mapping[str, Any]) -> None:
    """Refuses what a newer version keeps and this one does not know."""
    known = {name: set(table.c.keys()) for name, table in system.tables.items()}
    own = [each for each in manifest["tables"] if each["name"].startswith("customary_")]
    unknown = [each for each in own if not {column[0] for column in each["columns"]} <= known.get(each["name"], set())]
    if manifest["format"] != FORMAT or unknown:
        version = manifest.get("version")
        raise Unusable(f"{path} was made by Customary {version}, which keeps more than this version knows. Upgrade it.")


def _check_parts(opened: zipfile.ZipFile, parts: Mapping[str, PartMark]) -> None:
    """Every part once, none besides, of the length it says, and none lying over another."""
    infos = opened.infolist()
    if sorted(each.filename for each in infos) != sorted([*parts, MANIFEST]):
        raise ValueError("other parts than those it tells of")
    if any(each.filename in parts and each.file_size != parts[each.filename].size for each in infos):
        raise ValueError("a part of another length")
    if sum(each.compress_size for each in infos) > _length(opened) or any(map(_is_foreign, parts)):
        raise ValueError("a part that cannot be")


def _is_foreign(name: str) -> bool:
    return not _PART.fullmatch(name)


def _check_tables(backup: Reading) -> None:
    rows = {name for name in backup.parts if name.startswith("rows/")}
    if rows != {f"rows/{each.name}.jsonl" for each in backup.tables}:
        raise ValueError("rows of other tables than those it tells of")


def _length(opened: zipfile.ZipFile) -> int:
    return opened.fp.seek(0, 2)


def _damaged(backup: Reading, name: str) -> Unusable:
    return Unusable(f"{backup.zip.filename or 'The backup'} is damaged: “{name}” is not as it was written.")
