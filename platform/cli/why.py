"""why: why a workflow did something for a record, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import before, open_workspace, workspace

if TYPE_CHECKING:
    from customary.engine.automation.rehearsal import Because
    from customary.engine.automation.watching.because import Told

_MARKS = {True: "holds", False: "does not hold", None: "is unknown"}


@click.command("why")
@click.argument("workflow")
@click.argument("entity")
@click.argument("record", type=click.UUID)
@click.option("--since", default="90d", show_default=True, metavar="SPAN", help="How far to look back.")
@workspace
def why_command(workflow: str, entity: str, record: UUID, since: str, directory: Path) -> None:
    """Say why a workflow did something for a record, or nothing: for each thing that happened to it, newest first, how
    the condition came out and with which values.

    \b
    Example: customary why big_deal deal 0190c8f2-6f6a-7c3e-9d0a-3a1f0c1b2d3e --workspace mycrm
    """
    from customary.engine.automation import paused
    from customary.engine.automation.watching.because import why
    from customary.engine.people.actor import SYSTEM
    from customary.engine.problem import did_you_mean

    opened = open_workspace(directory)
    known = opened.release.model.workflows
    if workflow not in known:
        raise Failure(f"There is no workflow {workflow}. {did_you_mean(workflow, known)}".rstrip(), WRONG_USE)
    if known[workflow].entity != entity:
        about = known[workflow].entity or "no record"
        raise Failure(f"{workflow} is about {about}, and not about {entity}.", WRONG_USE)
    with opened.database.read() as connection:
        work = opened.work(connection, SYSTEM)
        found = why(work, known[workflow], record, before(datetime.now(UTC), since))
        if workflow in paused(work):
            click.echo(f"{workflow} is paused: what happens now is held until it goes on.")
    if not found:
        click.echo(f"Nothing that {workflow} looks at happened to {entity} {record} since then.")
    for each in found:
        for line in _lines(each):
            click.echo(line)


def _lines(told: Told) -> Iterator[str]:
    from customary.engine.automation.rehearsal import OTHER, OWN, QUIET

    change = told.look.change
    verdicts = {
        OWN: "the rule did this itself",
        OTHER: "nothing that the rule waits for",
        QUIET: "imported without starting rules",
    }
    said = verdicts.get(told.look.verdict, "the condition did not hold")
    if told.run is not None:
        said = f"run {told.run.id} {told.run.status}" + (f": {told.run.reason}" if told.run.reason else "")
    elif told.why is not None:
        said = f"no run: {told.why}"
    names = ", ".join(change.names)
    yield f"{change.at:%Y-%m-%d %H:%M:%S}  {change.kind}{f' ({names})' if names else ''}: {told.look.error or said}"
    yield from because(told.because)


def because(found: Because) -> Iterator[str]:
    """How a condition came out, and with which values."""
    for text, outcome in found.terms:
        yield f"  {text}  {_MARKS.get(outcome, outcome)}"
    if found.values:
        yield f"  with {', '.join(f'{each.path} = {_shown(each.value)}' for each in found.values)}"


def _shown(value: Any) -> str:
    words = {None: "nothing", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
