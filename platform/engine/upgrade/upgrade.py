"""Upgrade: newer packs below a workspace, and all that the workspace itself says, as one plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from customary.engine.model.check import check_files
from customary.engine.plan import Plan
from customary.engine.problem import Problem, Problems
from customary.engine.releases import Release
from customary.engine.releases.packs import origins, with_pack
from customary.engine.text import WORKSPACE, File, Source, read_source
from customary.engine.text.edit import EditProblem
from customary.engine.text.put_back import PutBack
from customary.engine.text.source import SETTINGS_FILE
from customary.engine.upgrade.choice import Choices
from customary.engine.upgrade.follow import followed
from customary.engine.upgrade.ground import Ground
from customary.engine.upgrade.merge import Conflict, Merge, moved
from customary.engine.upgrade.own import merge_own
from customary.engine.upgrade.tree import laid_tree
from customary.engine.upgrade.vendored import merge_copy
from customary.engine.upgrade.version import Step
from customary.engine.workspace import Workspace, WorkspaceError


@dataclass(frozen=True)
class Upgrade:
    """The packs that change, the conflicts that are still open, and what the workspace says then."""

    steps: tuple[Step, ...]
    conflicts: tuple[Conflict, ...]
    source: Source
    files: PutBack
    """What is written in the workspace's folder."""


def upgrade(
    workspace: Workspace,
    packs: Iterable[str] = (),
    choices: Choices | None = None,
    new: Path | None = None,
    old: Path | None = None,
    back: bool = False,
) -> Upgrade:
    """Merges new packs with what the workspace says; nothing is written.

    `new` is a folder with the new packs, where they do not come with Customary; `old` one with those of before, where
    no release knows them; `back` allows older versions. Raises WrongUse, WorkspaceError, DefinitionError.
    """
    choices = choices or Choices()
    merge = Merge(choices)
    with workspace.database.read() as connection:
        ground = Ground(connection, workspace, new, old)
        wanted = ground.wanted(list(packs))
        steps = tuple(map(ground.step, wanted))
        _forbid_going_back(steps, back)
        try:
            files, untouched = _merged(ground, wanted, merge)
        except EditProblem as problem:
            raise WorkspaceError(str(problem)) from problem
        choices.check(merge.met)
        kept = [each for each in origins(workspace.directory, ground.current, files) if each.layer not in wanted]
        source = read_source(files, Problems(), [*kept, *untouched])
    return Upgrade(steps, tuple(merge.open), source, PutBack.of(workspace.directory, files))


def apply_upgrade(workspace: Workspace, upgrade: Upgrade, plan: Plan, by: str) -> Release:
    """Writes the workspace's files and applies the plan, as one release; when it cannot be, the files are put back.

    The files go first: whoever is cut off between the two upgrades once more, and finds the same.
    """
    files = upgrade.files
    if PutBack.of(files.directory, upgrade.source.files).now != files.now:
        raise WorkspaceError(f"Files in {files.directory} were edited meanwhile. Upgrade again.")
    try:
        files.write()
        return workspace.apply(plan, by)
    except BaseException as error:
        PutBack(files.directory, files.then, files.now).write()
        if isinstance(error, OSError):
            raise WorkspaceError(f"{files.directory} cannot be written: {error.strerror}") from error
        raise


def _merged(ground: Ground, wanted: list[str], merge: Merge) -> tuple[list[File], list[File]]:
    """All files with the new packs in them, and the untouched ones of those that were merged into copies."""
    before = after = [each for each in ground.others(wanted) if each.layer != WORKSPACE]
    untouched: list[File] = []
    for pack in wanted:
        theirs = ground.theirs(pack)
        if ground.is_merged(pack):
            after = with_pack(after, pack, merge_copy(ground.origin(pack), ground.there(pack), theirs, merge))
            untouched += theirs
        else:
            before, after = with_pack(before, pack, ground.before(pack)), with_pack(after, pack, theirs)
    return _with_own(ground.own, before, after, {WORKSPACE, *(each.layer for each in untouched)}, merge), untouched


def _with_own(own: list[File], before: list[File], after: list[File], edited: set[str], merge: Merge) -> list[File]:
    """The new packs and the workspace's own files over them, with the new names of what those renamed."""
    names = moved(laid_tree(before), laid_tree(after))
    files = followed([*after, *own], names, {WORKSPACE}, _layering)
    own = merge_own(before, [each for each in files if each.layer == WORKSPACE], after, merge)
    settings = [each for each in own if each.path == SETTINGS_FILE]
    files = [*settings, *after, *(each for each in own if each.path != SETTINGS_FILE)]
    return followed(files, names, edited, lambda files: check_files(files).errors)


def _layering(files: list[File]) -> list[Problem]:
    problems = Problems()
    read_source(files, problems)
    return problems.errors


def _forbid_going_back(steps: Iterable[Step], allowed: bool) -> None:
    for step in steps:
        if step.is_back and not allowed:
            raise WorkspaceError(
                f"The pack “{step.pack}” is {step.was}, and {step.now} is older. If that is meant, say --downgrade."
            )
