"""Commands for what was taken out of the definitions: retired and purge."""

from __future__ import annotations

import csv
import json
import sys
from datetime import timedelta
from pathlib import Path

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import confirmed, directory, open_workspace
from customary.cli.plan import print_plan, who
from customary.cli.progress import waiting


@click.command("retired")
@directory
@click.option("--json", "as_data", is_flag=True, help="For programs.")
@click.option("--values", "path", metavar="PATH", help="Print what lies there, and what is there today, as CSV.")
def retired_command(directory: Path, as_data: bool, path: str | None) -> None:
    """List what was taken out of the definitions and is kept: entities, fields, options, stages, and the values that
    fields had before their type changed.

    \b
    Example: customary retired mycrm
             customary retired mycrm --values deal.amount > amounts.csv
    """
    workspace = open_workspace(directory)
    if path is not None:
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(("record", "title", "value", "today"))
        rows.writerows((each.record, each.title, each.value, each.today) for each in workspace.aside(path))
        return
    found = workspace.retired()
    if as_data:
        data = [
            {"kind": each.kind, "path": each.path, "release": each.release, "at": f"{each.at:%Y-%m-%dT%H:%M:%SZ}"}
            | {"count": each.count}
            for each in found
        ]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(map(str, found)) or "Nothing is retired.")


@click.command("purge")
@directory
@click.option("--older-than", metavar="DURATION", help="Such as 30d; what the workspace says when left out: 90d.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge_command(directory: Path, older_than: str | None, yes: bool) -> None:
    """Destroy for good what has been retired for long enough, after showing it. Nothing brings it back but a backup.

    Options and stages that records still have stay with them. The purge is a release of its own, so the history of
    releases tells of it; a release that needs what was destroyed cannot be gone back to.

    \b
    Example: customary purge mycrm
             customary purge mycrm --older-than 1y
    """
    workspace = open_workspace(directory)
    workspace.recover()
    plan = workspace.plan_purge(_duration(older_than) if older_than is not None else None)
    if plan.empty:
        click.echo("Nothing has been retired for so long.")
        return
    print_plan(plan)
    if not yes:
        confirmed("Destroy these values for good?")
    with waiting("Purging"):
        release = workspace.purge(plan, by=who())
    click.echo(f"Purged: release {release.number}.")


def _duration(text: str) -> timedelta:
    from customary.engine.model.duration import seconds

    found = seconds(text)
    if found is None:
        raise Failure(f"“{text}” is not a duration. Write it as 90d, 6months or 1y.", WRONG_USE)
    return timedelta(seconds=found)
