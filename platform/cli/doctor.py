"""The command that looks whether a workspace is well: doctor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from customary.cli.failure import PROBLEMS
from customary.cli.options import directory, open_workspace
from customary.cli.progress import waiting

if TYPE_CHECKING:
    from customary.engine.doctor import Finding, Verdict


@click.command("doctor")
@directory
@click.option("--deep", is_flag=True, help="Look at every record and file, and not at a sample of them.")
@click.option("--repair", is_flag=True, help="Mend what can be worked out anew from what people wrote.")
@click.option("--json", "as_data", is_flag=True, help="For programs: every check with what it found.")
def doctor_command(directory: Path, deep: bool, repair: bool, as_data: bool) -> None:
    """Look whether database and files are as they should be: a line for each check, and what to do.

    Nothing is changed, and others may work meanwhile. --repair ends an apply that broke off, works out computed
    fields and search anew, lets numbers go on, and takes away what waits in vain; what people wrote it never touches.
    Exit code 0: all is well, or is now. 1: something is not.

    \b
    Example: customary doctor mycrm
             customary doctor mycrm --deep
             customary doctor mycrm --repair
    """
    from customary.engine.doctor import examine

    opened, verdicts = open_workspace(directory), []
    examined = examine(opened, deep, repair)
    release = opened.release.number
    while True:
        with waiting("Looking"):
            verdict = next(examined, None)
        if verdict is None:
            break
        verdicts.append(verdict)
        if not as_data:
            _show(verdict)
    well = all(each.is_well for each in verdicts)
    if as_data:
        data = {"release": release, "well": well, "checks": list(map(_data, verdicts))}
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    if not well:
        raise click.exceptions.Exit(PROBLEMS)


def _show(verdict: Verdict) -> None:
    word, colour = ("ok", "green") if verdict.is_well else ("wrong", "red")
    click.echo(f"{click.style(f'{word:<6}', fg=colour)} {verdict.name:<9} {verdict.about}")
    for each in verdict.mended:
        click.echo(f"       mended: {each.text}")
    for each in verdict.findings:
        click.echo(f"       {each.text}\n         {each.remedy}")


def _data(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "about": verdict.about,
        "well": verdict.is_well,
        "problems": list(map(_finding, verdict.findings)),
        "mended": list(map(_finding, verdict.mended)),
        "seconds": round(verdict.seconds, 3),
    }


def _finding(each: Finding) -> dict[str, Any]:
    return {"text": each.text, "remedy": each.remedy, "repairable": each.mends}
