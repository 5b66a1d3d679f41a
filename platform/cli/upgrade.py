"""The command that takes up new versions of packs: upgrade."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from customary.cli.failure import Failure
from customary.cli.options import confirmed, open_workspace
from customary.cli.plan import print_plan, who
from customary.cli.progress import waiting

if TYPE_CHECKING:
    from customary.engine.text import Node
    from customary.engine.upgrade import Conflict, Upgrade
    from customary.engine.workspace import Workspace

LONGEST = 100
"""Characters of a value in a conflict."""

folder = click.Path(path_type=Path, exists=True, file_okay=False)


def upgrade_options(command: click.Command) -> click.Command:
    """What says which upgrade is meant."""
    for option in (
        click.option("--downgrade", is_flag=True, help="Take up a pack that is older, too."),
        click.option(
            "--base", "old", metavar="DIR", type=folder, help="Where the packs of before lie, if no release knows them."
        ),
        click.option(
            "--from",
            "new",
            metavar="DIR",
            type=folder,
            help="Where the new packs lie, if they do not come with Customary.",
        ),
        click.option(
            "--theirs",
            metavar="KEY",
            multiple=True,
            help="Decide a conflict for the new pack: its key, a part of it, or all.",
        ),
        click.option(
            "--ours",
            metavar="KEY",
            multiple=True,
            help="Decide a conflict for the workspace: its key, a part of it, or all.",
        ),
        click.argument("arguments", metavar="[PACK] [DIR]", nargs=-1),
    ):
        command = option(command)
    return command


@click.command("upgrade")
@upgrade_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def upgrade_command(yes: bool, arguments: tuple[str, ...], **meant: object) -> None:
    """Take up new versions of packs, and keep what the workspace itself says.

    What only the pack changed, or only the workspace, is merged. What both changed, each in another way, is listed with
    the three values, and nothing is written until each is decided: with --ours or --theirs, or by editing the file.
    Without PACK it takes all that are of another version than the applied one. The whole is one release: “customary
    undo” takes it back. Exit code 1: there are conflicts or problems.

    \b
    Example: customary upgrade sales mycrm
             customary upgrade mycrm --theirs all --ours entity.deal.fields.name
             customary upgrade estate mycrm --from ../estate
    """
    from customary.engine.upgrade import apply_upgrade

    packs, directory = told(arguments)
    workspace = open_workspace(directory)
    workspace.recover()
    found = merged(workspace, packs, meant)
    if not found.steps:
        click.echo("The packs are up to date.")
        return
    plan = workspace.plan_of(found.source)
    print_plan(plan)
    if plan.problems:
        raise Failure("\n".join(plan.problems))
    if not yes:
        confirmed("Upgrade?")
    with waiting("Upgrading"):
        release = apply_upgrade(workspace, found, plan, who())
    for path in found.files.paths:
        click.echo(f"Wrote {path}." if path in found.files.then else f"Took away {path}.")
    click.echo(f"Applied: release {release.number}.")


def told(arguments: tuple[str, ...]) -> tuple[list[str], Path]:
    """A pack and a folder, each of which may be left out."""
    from customary.engine.text.source import SETTINGS_FILE

    if len(arguments) > 2:
        raise click.UsageError("Say one pack and one folder: customary upgrade sales mycrm")
    if len(arguments) == 1 and (Path(arguments[0]) / SETTINGS_FILE).is_file():
        return [], Path(arguments[0])
    return list(arguments[:1]), Path(arguments[1] if len(arguments) > 1 else ".")


def merged(workspace: Workspace, packs: list[str], meant: dict) -> Upgrade:
    """The upgrade that is meant, shown. Fails while there are conflicts."""
    from customary.engine.upgrade import Choices, upgrade

    choices = Choices(meant["ours"], meant["theirs"])
    found = upgrade(workspace, packs, choices, meant["new"], meant["old"], meant["downgrade"])
    for step in found.steps:
        click.echo(f"{step.pack} {step.was} → {step.now}")
        for version, note in step.notes:
            click.echo(f"  {version}  {note}")
    if found.conflicts:
        click.echo("\n".join(line for each in found.conflicts for line in _conflict(each)))
        number = len(found.conflicts)
        raise Failure(
            f"{number} conflict{'s' * (number > 1)}, so nothing was changed. Decide with --ours KEY or --theirs KEY, "
            "or edit the files and try again."
        )
    click.echo("".join(_differences(found)), nl=False)
    return found


def _conflict(conflict: Conflict) -> Iterator[str]:
    yield click.style(f"! {conflict.key}", fg="yellow")
    for side in ("base", "theirs", "ours"):
        yield f"    {side:<7} {_value(getattr(conflict, side))}"


def _value(node: Node | None) -> str:
    from customary.engine.text import plain
    from customary.engine.text.edit import render

    if node is None:
        return "(not there)"
    text = render.inline(plain(node), flow=False)
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"{shown}  {node.place.file}:{node.place.line}"


def _differences(found: Upgrade) -> Iterator[str]:
    """What changes in the workspace's own files."""
    from customary.engine.text.source import SETTINGS_FILE

    for path in found.files.paths:
        before, after = (each.get(path, "").splitlines(keepends=True) for each in (found.files.now, found.files.then))
        # Beside what changes in the settings may stand passwords.
        around = 0 if path == SETTINGS_FILE else 1
        for line in difflib.unified_diff(before, after, path, path, n=around):
            yield line if line.endswith("\n") else f"{line}\n"
