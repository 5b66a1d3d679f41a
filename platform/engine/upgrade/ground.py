"""What an upgrade starts from: the packs as they are pinned, the new ones, and the copies in the workspace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from customary.engine.problem import Problems, did_you_mean
from customary.engine.releases import Release
from customary.engine.releases.packs import held, origins, pack_files, pinned
from customary.engine.text import WORKSPACE, File, gather
from customary.engine.text.lock import pin_of
from customary.engine.text.packs import packs_in, shipped_packs
from customary.engine.upgrade.tree import node_at, pack_tree
from customary.engine.upgrade.version import Step, notes
from customary.engine.workspace import Workspace, WorkspaceError, WrongUse


class Ground:
    """One workspace, and where else to look for packs: `new` holds the new ones, `old` those of before."""

    def __init__(
        self, connection: sa.Connection, workspace: Workspace, new: Path | None = None, old: Path | None = None
    ) -> None:
        self.connection, self.directory = connection, workspace.directory
        self.current: Release | None = workspace.releases.load(connection)
        problems = Problems()
        self.files = gather(self.directory, problems)
        problems.raise_errors()
        self.pinned = pinned(self.directory, self.current)
        self.copies = packs_in(self.directory)
        self.new = packs_in(new) if new else None
        self.old = packs_in(old) if old else None

    @property
    def own(self) -> list[File]:
        return [each for each in self.files if each.layer == WORKSPACE]

    def wanted(self, names: Iterable[str]) -> list[str]:
        """The packs to upgrade: those that are named, else all that are of another version now. Raises WrongUse."""
        there = list(dict.fromkeys(each.layer for each in self.files if each.layer != WORKSPACE))
        for name in names:
            if name not in there:
                raise WrongUse(f"There is no pack “{name}” in this workspace. {did_you_mean(name, there)}".rstrip())
            if self.new is not None and name not in self.new:
                raise WrongUse(f"There is no pack “{name}” in the folder to take it from: no schemas/{name}/pack.yaml.")
        if names:
            return [each for each in there if each in names and self._differs(each, by_version=False)]
        return [each for each in there if self._differs(each, by_version=True)]

    def is_merged(self, pack: str) -> bool:
        """Whether it lies in the workspace as a copy into which a new one has to be merged."""
        return pack in self.copies and (self.new is not None or self._is_as_pinned(pack))

    def theirs(self, pack: str) -> list[File]:
        """The new pack."""
        if self.new is not None:
            if pack not in self.copies:
                raise WrongUse(f"The pack “{pack}” comes with Customary: install the version of it that brings it.")
            return self.new[pack].files(Problems())
        if self.is_merged(pack):
            return shipped_packs()[pack].files(Problems())
        return self.there(pack)

    def there(self, pack: str) -> list[File]:
        """The pack as it lies there now."""
        return [each for each in self.files if each.layer == pack]

    def before(self, pack: str) -> list[File]:
        """The pack as it is pinned. Raises WorkspaceError when nobody knows its text any more."""
        if self.old is not None and pack in self.old:
            return self.old[pack].files(Problems())
        found = pack_files(self.connection, pack, self.pinned[pack]) if pack in self.pinned else None
        if found is None:
            raise WorkspaceError(_unknown(pack, self.pinned[pack].version if pack in self.pinned else ""))
        return found

    def origin(self, pack: str) -> list[File]:
        """What a copy was made of, before anybody edited it. Raises WorkspaceError when nobody knows."""
        if self.old is not None and pack in self.old:
            return self.old[pack].files(Problems())
        found = [each for each in origins(self.directory, self.current, self.files) if each.layer == pack]
        if not found:
            raise WorkspaceError(_unknown(pack, pin_of(pack, self.files).version))
        return found

    def others(self, wanted: Iterable[str]) -> list[File]:
        """The files as they are applied now, those of the wanted packs as they lie there."""
        problems = Problems()
        found = held(self.connection, self.directory, self.current, self.files, problems, set(wanted))
        problems.raise_errors()
        return found

    def step(self, pack: str) -> Step:
        """From which version to which."""
        theirs = self.theirs(pack)
        was = self.pinned[pack].version if pack in self.pinned else pin_of(pack, self.files).version
        now = pin_of(pack, theirs).version
        described = node_at(pack_tree(theirs), ("pack", pack))
        return Step(pack, was, now, tuple(notes(described, was, now)))

    def _differs(self, pack: str, by_version: bool) -> bool:
        if pack not in self.pinned or (self.new is not None and pack not in self.new):
            return False
        if self.new is None and pack in self.copies and self._is_as_pinned(pack) and pack not in shipped_packs():
            return False
        now, was = pin_of(pack, self.theirs(pack)), self.pinned[pack]
        return now.version != was.version or (not by_version and now.digest != was.digest)

    def _is_as_pinned(self, pack: str) -> bool:
        return pack in self.pinned and pin_of(pack, self.files).version == self.pinned[pack].version


def _unknown(pack: str, version: str) -> str:
    return (
        f"Nobody knows any more what the pack “{pack}” said as {version or 'it was'}. Give a folder that holds it, "
        f"with --base DIR (a checkout of that version, or the workspace itself if its copy was never edited)."
    )
