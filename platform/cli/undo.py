"""The command that takes back what was applied: undo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from customary.cli.failure import Failure
from customary.cli.options import confirmed, open_workspace
from customary.cli.plan import print_plan, who
from customary.cli.progress import bars

if TYPE_CHECKING:
    from customary.engine.plan import Plan
    from customary.engine.text.put_back import PutBack
    from customary.engine.workspace import Workspace


@click.command("undo")
@click.argument("arguments", metavar="[RELEASE] [DIR]", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--write", is_flag=True, help="Write the files of the workspace back too, as they were then.")
def undo_command(arguments: tuple[str, ...], yes: bool, write: bool) -> None:
    """Take back a release, after showing what that changes: all of it, or nothing.

    Without a number it takes back the newest release. With one it goes back to how things were before that release,
    and takes back all that came after it too. What comes of it is a new release, which can be taken back itself.
    Names, structure and values come back. What was written since is kept where the definitions of then can hold it,
    converted where it has to be; the rest is shown before, and kept aside.

    \b
    Example: customary undo mycrm
             customary undo 12 mycrm --write
    """
    number, directory = _told(arguments)
    workspace = open_workspace(directory)
    workspace.recover()
    plan = workspace.plan_undo(number)
    click.echo(_heading(plan))
    print_plan(plan, whole=True)
    if plan.problems:
        raise Failure("\n".join(plan.problems))
    files = workspace.put_back(plan) if write else None
    if plan.empty:
        _write(files)
        return
    if not yes:
        confirmed("Go back?")
    with bars() as show:
        release = workspace.apply(plan, who(), show and (lambda each: show(each.entity, each.done, each.total)))
    click.echo(f"Applied: release {release.number}, which says what release {plan.back} said.")
    _leave_files(workspace, plan, files, yes)


def _told(arguments: tuple[str, ...]) -> tuple[int | None, Path]:
    """A release and a folder, each of which may be left out."""
    number = int(arguments[0]) if arguments and arguments[0].isascii() and arguments[0].isdigit() else None
    rest = arguments if number is None else arguments[1:]
    if len(rest) > 1:
        raise click.UsageError("Say one release and one folder: customary undo 12 mycrm")
    return number, Path(rest[0] if rest else ".")


def _heading(plan: Plan) -> str:
    taken = f"{plan.back + 1}" if plan.back + 1 == plan.base else f"{plan.back + 1} to {plan.base}"
    return f"Back to what release {plan.back} said. Taken back: {taken}."


def _leave_files(workspace: Workspace, plan: Plan, files: PutBack | None, yes: bool) -> None:
    if files is None:
        if not _is_wanted(workspace, plan, yes):
            return
        files = workspace.put_back(plan)
    _write(files)
    for warning in workspace.plan().warnings:
        click.echo(str(warning), err=True)


def _write(files: PutBack | None) -> None:
    if files is not None:
        files.write()
        for path in files.paths:
            click.echo(f"Wrote {path}." if path in files.then else f"Took away {path}.")


def _is_wanted(workspace: Workspace, plan: Plan, yes: bool) -> bool:
    """Says that the files are newer than what is applied, and asks whoever is there."""
    from customary.engine.text.put_back import PutBack

    if not PutBack.of(workspace.directory, plan.source.files).paths:
        return False
    click.echo(
        f"The files in {workspace.directory} still say what was taken back: “customary plan” shows it as changes, and "
        f"“customary apply” applies it again. To write them back too: "
        f"customary undo {plan.back + 1} {workspace.directory} --write"
    )
    return not yes and sys.stdin.isatty() and click.confirm(f"Write the files of release {plan.back} back?")
