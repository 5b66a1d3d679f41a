"""Commands that try something out before it is real: rehearse upgrade, rehearse workflow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from customary.cli.failure import PROBLEMS, Failure
from customary.cli.options import before, directory, open_workspace
from customary.cli.plan import print_plan, who
from customary.cli.progress import waiting
from customary.cli.upgrade import merged, told, upgrade_options

if TYPE_CHECKING:
    from customary.engine.database import Database
    from customary.engine.releases import Release
    from customary.engine.workspace import Workspace


@click.group("rehearse")
def rehearse_command() -> None:
    """Try something out on the real data, without effect, and say what came of it.

    \b
    Example: customary rehearse upgrade mycrm
             customary rehearse workflow welcome_hot_lead mycrm
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


@rehearse_command.command("workflow")
@click.argument("name")
@directory
@click.option(
    "--since", default="90d", show_default=True, metavar="SPAN", help="How far to look back: 2d, 3w, 6months."
)
@click.option("--record", type=click.UUID, metavar="ID", help="Follow one record, change by change.")
@click.option("--most", default=20, show_default=True, help="For how many of the newest the steps are tried out.")
@click.option("--json", "as_data", is_flag=True, help="For programs.")
def workflow_command(name: str, directory: Path, since: str, record: UUID | None, most: int, as_data: bool) -> None:
    """Play a workflow, as the folder says it now, over what has happened: when it would have started and what it would
    have done, beside what the applied one did.

    Nothing is changed, sent or told. Records are looked at as they were then. Where the definitions call for other
    tables than there are, all of it happens on a copy.

    \b
    Example: customary rehearse workflow welcome_hot_lead mycrm
             customary rehearse workflow welcome_hot_lead mycrm --since 6months --most 100
             customary rehearse workflow welcome_hot_lead mycrm --record 01a2153b-7ba8-7c2e-9d0c-0f2c35c8a5b1
    """
    from customary.cli.rehearsing import as_json, lines
    from customary.engine.automation.rehearsal import Asked, CannotRehearse, rehearse
    from customary.engine.problem import did_you_mean

    workspace = open_workspace(directory)
    now = datetime.now(UTC)
    asked = Asked(before(now, since), now, record, most)
    began = time.monotonic()
    with _meant(workspace) as (database, release):
        if name not in release.model.workflows:
            raise Failure(f"There is no workflow {name}. {did_you_mean(name, release.model.workflows)}".rstrip())
        try:
            with waiting("Looking back"):
                found = rehearse(database, release, name, asked)
        except CannotRehearse as error:
            raise Failure(str(error)) from error
    for line in as_json(found) if as_data else lines(found, time.monotonic() - began):
        click.echo(line)


@contextmanager
def _meant(workspace: Workspace) -> Iterator[tuple[Database, Release]]:
    """What the folder says, over the tables there are, or over those of a copy to which it is applied."""
    from customary.engine.upgrade.rehearsal import copied

    release = workspace.draft()
    if release is not None:
        yield workspace.database, release
        return
    with waiting("Copying"), ExitStack() as stack:
        copy = stack.enter_context(copied(workspace))
        copy.recover()
        stack = stack.pop_all()
    with stack:
        with waiting("Applying to the copy"):
            release = copy.apply(by=who())
        yield copy.database, release


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
