"""The definitions of a workspace: the files of its folder that a backup holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from customary.engine.text.lock import LOCK_FILE
from customary.engine.text.source import SETTINGS_FILE

FOLDERS = ("schemas", "workflows")
NAMES = (SETTINGS_FILE, LOCK_FILE, *FOLDERS)


def definitions(directory: Path) -> Iterator[tuple[str, Path]]:
    """Its files of definitions, by their paths in it."""
    for name in (SETTINGS_FILE, LOCK_FILE):
        if (directory / name).is_file():
            yield name, directory / name
    for folder in FOLDERS:
        for path in sorted((directory / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(directory).as_posix(), path


def place_of(name: str) -> PurePosixPath:
    """Where a file of a backup belongs in the workspace's folder. Raises ValueError for one that leads out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] not in NAMES:
        raise ValueError(f"a file that does not belong in a workspace: {name!r}")
    if any(sign in name for sign in ("\\", "\0", ":")):
        raise ValueError(f"a file that does not belong in a workspace: {name!r}")
    return path


def move(source: Path, target: Path) -> None:
    """Moves the definitions of one folder into another that has none."""
    target.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        if (source / name).exists():
            shutil.move(source / name, target / name)
