"""Commands for definitions: init, check, show, plan, apply."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from customary.cli.failure import PROBLEMS, WRONG_USE, Failure
from customary.cli.options import confirmed, directory, must_be_workspace, open_workspace, workspace
from customary.cli.progress import waiting

if TYPE_CHECKING:
    from customary.engine.plan import Plan

CHANGES = 3
COLOURS = {"+": "green", "-": "red", "~": "yellow", "→": "cyan"}


@click.command("init")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--packs", default="core,sales", show_default=True, help="The packs to start from, with commas between.")
@click.option("--database", metavar="URL", help="Where records are kept; a SQLite file in the folder when left out.")
@click.option("--name", help="What the business is called; the folder's name when left out.")
def init_command(directory: Path, packs: str, database: str | None, name: str | None) -> None:
    """Make a workspace: a folder for the definitions of one business.

    \b
    Example: customary init mycrm --packs core,sales
             customary init mycrm --packs core --database postgresql://localhost/mycrm
    """
    from customary.engine.workspace import create

    create(directory, [each.strip() for each in packs.split(",") if each.strip()], database, name)
    click.echo(f"Made the workspace {directory}. Next: customary apply {directory}")


@click.command("check")
@directory
def check_command(directory: Path) -> None:
    """Find every problem in the definitions, each with its place and remedy.

    \b
    Example: customary check mycrm
    """
    from customary.engine.model.check import check

    must_be_workspace(directory)
    problems, counts = check(directory)
    for problem in problems:
        click.echo(str(problem))
    if problems.errors:
        raise click.exceptions.Exit(PROBLEMS)
    click.echo(f"All is well: {counts}.")


@click.command("show")
@click.argument("kind")
@click.argument("name")
@workspace
def show_command(kind: str, name: str, directory: Path) -> None:
    """Print a definition as it is after all layers are merged, with the origin of each value.

    \b
    Example: customary show entity deal
             customary show pipeline sales --workspace mycrm
    """
    from customary.cli.showing import lines
    from customary.engine.problem import Problems, did_you_mean
    from customary.engine.text import gather, read_source

    must_be_workspace(directory)
    problems = Problems()
    source = read_source(gather(directory, problems), problems)
    document = source.documents.get((kind, name))
    if document is None:
        known = [each for of, each in source.documents if of == kind]
        kinds = sorted({of for of, _ in source.documents})
        remedy = did_you_mean(name, known) if known else did_you_mean(kind, kinds)
        raise Failure(f"There is no {kind} “{name}”. {remedy}".rstrip(), WRONG_USE)
    click.echo(f"{kind}: {name}")
    for line in lines(document.body):
        click.echo(line)


@click.command("plan")
@directory
def plan_command(directory: Path) -> None:
    """Show what applying the definitions would change. Nothing is changed.

    Exit code 0: nothing to do. 3: there are changes. 1: problems.

    \b
    Example: customary plan mycrm
    """
    plan = open_workspace(directory).plan()
    _print(plan)
    if plan.problems:
        raise Failure("\n".join(plan.problems))
    if not plan.empty:
        raise click.exceptions.Exit(CHANGES)


@click.command("apply")
@directory
@click.option("--yes", is_flag=True, help="Do not ask.")
def apply_command(directory: Path, yes: bool) -> None:
    """Change the database as the plan says, after showing it: all of it, or nothing.

    \b
    Example: customary apply mycrm
             customary apply mycrm --yes
    """
    workspace = open_workspace(directory)
    plan = workspace.plan()
    _print(plan)
    if plan.problems:
        raise Failure("\n".join(plan.problems))
    if plan.empty:
        return
    if not yes:
        confirmed("Apply these changes?")
    with waiting("Applying"):
        release = workspace.apply(plan, by=_who())
    click.echo(f"Applied: release {release.number}.")


def _print(plan: Plan) -> None:
    if plan.empty:
        click.echo("Nothing to do.")
    for line in plan.lines:
        click.echo(click.style(line[0], fg=COLOURS.get(line[0])) + line[1:])


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
