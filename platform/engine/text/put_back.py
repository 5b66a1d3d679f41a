"""Putting back: the files of a workspace's folder as they were in an earlier release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from customary.engine.text.packs import find_packs
from customary.engine.text.source import SETTINGS_FILE, WORKSPACE, File
from customary.engine.text.workspace import gather


@dataclass(frozen=True)
class PutBack:
    """The files of a folder that differ from those of a release."""

    directory: Path
    now: dict[str, str]
    then: dict[str, str]

    @classmethod
    def of(cls, directory: Path, files: Iterable[File]) -> PutBack:
        """What makes the folder's files those of a release. Those of packs that came with Customary are not its own."""
        return cls(directory, _own(directory, gather(directory)), _own(directory, files))

    @property
    def paths(self) -> list[str]:
        """What is written anew, made or taken away."""
        return sorted(path for path in {**self.now, **self.then} if self.now.get(path) != self.then.get(path))

    def unknown(self, releases: Iterable[Iterable[File]]) -> list[str]:
        """Those whose text of today stands in no release, so that it would be lost."""
        left = {path: self.now[path] for path in self.paths if path in self.now}
        for files in releases:
            if not left:
                break
            for path, text in _own(self.directory, files).items():
                if left.get(path) == text:
                    del left[path]
        return sorted(left)

    def write(self) -> None:
        """Does it; the settings last, so that a folder is a workspace all the time."""
        for path in sorted(self.paths, key=lambda path: path == SETTINGS_FILE):
            file = self.directory / path
            if path not in self.then:
                file.unlink(missing_ok=True)
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.then[path].encode("utf-8", "surrogateescape"))


def _own(directory: Path, files: Iterable[File]) -> dict[str, str]:
    return dict(_found(directory, files))


def _found(directory: Path, files: Iterable[File]) -> Iterator[tuple[str, str]]:
    shipped, root = find_packs(), directory.resolve()
    for each in files:
        own_pack = each.layer not in shipped or (directory / "schemas" / each.layer / "pack.yaml").is_file()
        # A path that leads out of the folder was not written by Customary.
        if (each.layer == WORKSPACE or own_pack) and (root / each.path).resolve().is_relative_to(root):
            yield each.path, each.text
