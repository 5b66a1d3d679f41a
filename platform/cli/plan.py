"""The commands that change a workspace's database: plan, apply."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from customary.cli import telling
from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import confirmed, directory, open_workspace
from customary.cli.progress import bars

if TYPE_CHECKING:
    from customary.engine.plan import Plan, Seal
    from customary.engine.workspace import Workspace

CHANGES = 3


@click.command("plan")
@directory
@click.option("--json", "as_data", is_flag=True, help="For programs: the plan as JSON; docs/changes.md tells its keys.")
@click.option("--quick", is_flag=True, help="Count nothing: which records a change touches is left open.")
@click.option("--save", metavar="FILE", type=click.Path(path_type=Path), help="Keep the plan, to apply it later.")
@click.option("--all", "whole", is_flag=True, help="Shorten no list.")
def plan_command(directory: Path, as_data: bool, quick: bool, save: Path | None, whole: bool) -> None:
    """Show what applying the definitions would change, and what that means for the data. Nothing is changed.

    A line begins with + for what is new, ~ changed, - taken away (never destroyed), → renamed. Behind it stands, in
    brackets, whether values are added beside the old ones (online), written in another form (rewrite), or go out of
    sight (destructive).

    Exit code 0: nothing to do. 3: there are changes. 1: problems.

    \b
    Example: customary plan mycrm
             customary plan mycrm --json
             customary plan mycrm --save monday.plan
    """
    from customary.engine.plan import to_json
    from customary.engine.problem import DefinitionError

    try:
        with bars() as told:
            plan = open_workspace(directory).plan(quick, told)
    except DefinitionError as error:
        if as_data:
            click.echo(to_json(error))
        raise
    if save is not None:
        _save(save, to_json(plan))
    if as_data:
        click.echo(to_json(plan))
    else:
        print_plan(plan, whole)
    if plan.problems:
        raise Failure("\n".join(plan.problems))
    if save is not None and not as_data:
        click.echo(f"Saved. Apply it with: customary apply {directory} --plan {save}")
    if not plan.empty:
        raise click.exceptions.Exit(CHANGES)


@click.command("apply")
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--plan", "agreed", metavar="PLAN", help="The plan that was agreed to: a saved one, or its digest.")
def apply_command(directory: Path, yes: bool, agreed: str | None) -> None:
    """Change the database as the plan says, after showing it: all of it, or nothing.

    With a plan that was agreed to before, a saved one or its digest, nobody is asked again; and it is refused when
    the definitions, the database or what the changes mean for the data are others by now. A saved plan may be named
    in place of the folder, when that is the current one.

    \b
    Example: customary apply mycrm
             customary apply mycrm --yes
             customary apply mycrm --plan monday.plan
             customary apply monday.plan
             customary apply mycrm --plan 5b3d1c0f7e92
    """
    if directory.is_file() and agreed is None:
        directory, agreed = Path(), str(directory)
    seal = _agreed(agreed) if agreed is not None else None
    workspace = open_workspace(directory)
    workspace.recover()
    with bars() as told:
        plan = workspace.plan(told=told)
    print_plan(plan)
    if plan.problems:
        raise Failure("\n".join(plan.problems))
    if plan.empty:
        workspace.apply(plan, agreed=seal)
        return
    if not yes and seal is None:
        confirmed("Apply these changes?")
    _apply(workspace, plan, seal, f"plan {directory} --save {agreed}")


def print_plan(plan: Plan, whole: bool = False) -> None:
    """The lines of a plan, and what is to be known of it."""
    for warning in plan.warnings:
        click.echo(str(warning), err=True)
    for line in telling.told(plan, whole):
        click.echo(line)


def who() -> str:
    """Whose name stands in a release that is applied from here."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


def _apply(workspace: Workspace, plan: Plan, agreed: str | Seal | None, saving: str) -> None:
    """Applies it; `saving` is the command that keeps a plan in the place of one that is another by now."""
    from customary.engine.plan import Drifted

    with bars() as show:
        told = show and (lambda each: show(each.entity, each.done, each.total))
        try:
            release = workspace.apply(plan, who(), told, agreed)
        except Drifted as error:
            again = f"apply {workspace.directory} --plan {plan.digest[:12]}" if isinstance(agreed, str) else saving
            raise Failure(f"{error} To agree to it: customary {again}") from error
    click.echo(f"Applied: release {release.number}.")


def _save(file: Path, text: str) -> None:
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}", WRONG_USE) from error


def _agreed(told: str) -> str | Seal:
    """A digest as it is, or the seal of a saved plan."""
    from customary.engine.plan import NotAPlan, is_digest, read_seal

    if is_digest(told):
        return told
    try:
        return read_seal(Path(told).read_text(encoding="utf-8"))
    except NotAPlan as error:
        raise Failure(f"{told} cannot be applied. {error}", WRONG_USE) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise Failure(f"{told} is neither a plan's digest nor a file that can be read: {reason}", WRONG_USE) from error
