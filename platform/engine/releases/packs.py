"""The packs that a workspace stays on: those that are pinned, until they are upgraded. Releases keep their text."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import sqlalchemy as sa

from customary.engine.problem import Problems
from customary.engine.releases.release import Release, newest_number, read_files
from customary.engine.text import WORKSPACE, File
from customary.engine.text.lock import LOCK_FILE, Pin, pin_of, pinned_in, pins, place_in_lock
from customary.engine.text.packs import packs_in, shipped_packs


def pinned(directory: Path, current: Release | None) -> Mapping[str, Pin]:
    """What the folder's lock file pins; where there is none, the packs of the newest release."""
    found = pinned_in(directory)
    if found is not None:
        return found
    return pins(current.source) if current and current.source else {}


def pack_files(connection: sa.Connection, pack: str, pin: Pin) -> list[File] | None:
    """The files of a pack as it was pinned, from the newest release that has them; None where none does.

    A pack whose meaning did not change was not applied anew: so its version must do where no text is exactly that.
    """
    of_version = None
    for number in range(newest_number(connection), 0, -1):
        files = [each for each in read_files(connection, number) if each.layer == pack]
        found = pin_of(pack, files) if files else None
        if found and found.digest == pin.digest:
            return files
        if found and found.version == pin.version and of_version is None:
            of_version = files
    return of_version


def held(
    connection: sa.Connection,
    directory: Path,
    current: Release | None,
    files: list[File],
    problems: Problems,
    but: Container[str] = (),
) -> list[File]:
    """The files of a workspace with each pack as it is pinned, where another version of it lies there now; `but`
    some packs are not held."""
    for pack, pin in pinned(directory, current).items():
        there = pin_of(pack, files)
        if there.version == pin.version or there.digest == pin.digest or pack in but or not _holds(files, pack):
            continue
        kept = pack_files(connection, pack, pin)
        if kept is not None:
            files = with_pack(files, pack, kept)
            continue
        problems.add(
            place_in_lock(_text(directory), pack),
            f"the pack “{pack}” is pinned as {pin.version}, which is not here: {there.version} is",
            f"Install what brings {pin.version}, or take up {there.version} with: customary upgrade {pack} --base DIR",
        )
    return files


def with_pack(files: Iterable[File], pack: str, its: Iterable[File]) -> list[File]:
    """The files, those of one pack exchanged for others."""
    files = list(files)
    at = next((number for number, each in enumerate(files) if each.layer == pack), len(files))
    before, after = files[:at], files[at:]
    return [*before, *its, *(each for each in after if each.layer != pack)]


def origins(directory: Path, current: Release | None, files: Iterable[File]) -> list[File]:
    """The untouched files of packs that lie in the workspace: of the shipped pack with the same version, or as the
    newest release knows them."""
    files = list(files)
    shipped, found = shipped_packs(), []
    for pack in packs_in(directory):
        if not _holds(files, pack):
            continue
        version = pin_of(pack, files).version
        if pack in shipped and shipped[pack].version == version:
            found += shipped[pack].files(Problems())
        elif current and current.source and pin_of(pack, current.source.files).version == version:
            found += [each for each in current.source.origins if each.layer == pack]
    return found


def _holds(files: Iterable[File], pack: str) -> bool:
    return any(each.layer == pack != WORKSPACE for each in files)


def _text(directory: Path) -> str:
    path = directory / LOCK_FILE
    return path.read_text("utf-8", "replace") if path.is_file() else ""
