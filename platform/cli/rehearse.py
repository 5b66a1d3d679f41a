"""Commands that do something on a copy first: rehearse upgrade."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from customary.cli.failure import PROBLEMS, Failure
from customary.cli.options import open_workspace
from customary.cli.plan import print_plan, who
from customary.cli.progress import waiting
from customary.cli.upgrade import merged, told, upgrade_options

if TYPE_CHECKING:
    from customary.engine.releases import Release
    from customary.engine.workspace import Workspace


@click.group("rehearse")
def rehearse_command() -> None:
    """Do something on a copy of the data first, and say what came of it.

    \b
    Example: customary rehearse upgrade mycrm
    """


@rehearse_command.command("upgrade")
@upgrade_options
def upgrade_command(arguments: tuple[str, ...], **meant: object) -> None:
    """Upgrade a copy of the workspace: show the plan, apply it, look whether all is well, try out the examples.

    The copy is gone afterwards, and others may work meanwhile. On PostgreSQL it is a database of its own beside the
    real one, so its user must be allowed to make one. Exit code 0: it would go well. 1: there are conflicts or
    problems.

    \b
    Example: customary rehearse upgrade mycrm
             customary rehearse upgrade sales mycrm --theirs all
    """
    from customary.engine.upgrade.rehearsal import copied

    packs, directory = told(arguments)
    workspace = open_workspace(directory)
    with waiting("Copying"):
        copy = click.get_current_context().with_resource(copied(workspace))
    copy.recover()
    release = _upgraded(copy, packs, meant)
    if release is not None and not _is_well(copy, release):
        raise click.exceptions.Exit(PROBLEMS)
    click.echo("This was a copy, which is gone; nothing else was changed.")


def _upgraded(copy: Workspace, packs: list[str], meant: dict) -> Release | None:
    """What the upgrade makes of the copy; None where there is nothing to upgrade."""
    from customary.engine.upgrade import apply_upgrade

    found = merged(copy, packs, meant)
    if not found.steps:
        click.echo("The packs are up to date.")
        return None
    plan = copy.plan_of(found.source)
    print_plan(plan)
    if plan.problems:
        raise Failure("\n".join(plan.problems))
    began = time.monotonic()
    with waiting("Upgrading"):
        release = apply_upgrade(copy, found, plan, who())
    click.echo(f"Applied to the copy in {time.monotonic() - began:.1f} s: release {release.number}.")
    return release


def _is_well(copy: Workspace, release: Release) -> bool:
    """Says what the doctor finds, and what the examples of the new definitions give."""
    from customary.engine.upgrade.rehearsal import findings, tried

    with waiting("Looking"):
        found = findings(copy)
    for each in found:
        click.echo(f"{each.text}\n  {each.remedy}")
    if not found:
        click.echo("Database and definitions fit together.")
    with waiting("Trying out"):
        number, differing = tried(release)
    for difference in differing:
        click.echo(str(difference))
    click.echo(f"{number} example{'' if number == 1 else 's'}: {'see above' if differing else 'all is as they say'}.")
    return not found and not differing
