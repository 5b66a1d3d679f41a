"""Commands for what rules do: runs list, retry, resume, cancel, move, and pausing a workflow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import before, open_workspace, workspace

if TYPE_CHECKING:
    from customary.engine.automation import Run, Wanted
    from customary.engine.records.work import Work

STATUSES = ("due", "held", "waiting", "done", "stopped", "failed")


@click.group("runs")
def runs_command() -> None:
    """What rules did and do: list runs, let them begin again or go on, cancel them, pause a workflow.

    What is done to many runs is done at once; workers then take them in the background.

    \b
    Example: customary runs list --status failed --since 2d
             customary runs retry --workflow welcome --status failed
             customary runs pause welcome
    """


def _chosen(command: Callable) -> Callable:
    """The options that say which runs are meant."""
    for option in (
        workspace,
        click.option("--since", metavar="SPAN", help="Those begun so long ago at most: 2h, 3d, 6months."),
        click.option("--record", type=click.UUID, metavar="ID", help="Those for one record."),
        click.option("--status", type=click.Choice(STATUSES)),
        click.option("--workflow", metavar="NAME"),
        click.argument("ids", nargs=-1, type=click.UUID, metavar="[RUN]..."),
    ):
        command = option(command)
    return command


@runs_command.command("list")
@_chosen
@click.option("--most", default=50, show_default=True, help="How many of the newest.")
@click.option("--json", "as_data", is_flag=True, help="For programs: one object a line.")
def list_runs(directory: Path, most: int, as_data: bool, **chosen: Any) -> None:
    """List the newest runs, newest first.

    \b
    Example: customary runs list --workflow welcome --since 7d
    """
    from customary.engine.automation import runs_of

    with _work(directory) as work:
        for run in runs_of(work, limit=most, **vars(_wanted(work, chosen))):
            click.echo(json.dumps(_data(run), default=str) if as_data else _line(run))


@runs_command.command("retry")
@_chosen
def retry(directory: Path, **chosen: Any) -> None:
    """Let failed runs begin once more, where they last waited or from their beginning.

    \b
    Example: customary runs retry --workflow welcome --since 1d
    """
    from customary.engine.automation import try_again

    _do(directory, chosen, try_again, "{} again.")


@runs_command.command("resume")
@_chosen
def resume_waiting(directory: Path, **chosen: Any) -> None:
    """Let waiting runs go on now, as if their time had come.

    \b
    Example: customary runs resume --workflow remind --record 01a2153b-7ba8-7c2e-9d0c-0f2c35c8a5b1
    """
    from customary.engine.automation import go_on

    _do(directory, chosen, go_on, "{} on.")


@runs_command.command("cancel")
@_chosen
def cancel_runs(directory: Path, **chosen: Any) -> None:
    """End runs that are due, wait or are held.

    \b
    Example: customary runs cancel --workflow remind --status waiting
    """
    from customary.engine.automation import cancel

    _do(directory, chosen, cancel, "{} no further.")


@runs_command.command("move")
@_chosen
def move_runs(directory: Path, **chosen: Any) -> None:
    """Let waiting runs go on with the workflow as it is applied now, and not as it was when they began.

    \b
    Example: customary runs move --workflow remind
    """
    from customary.engine.automation import move

    with _work(directory) as work:
        moved, stay = move(work, _wanted(work, _some(chosen)))
    click.echo(f"{_runs(moved)} on with the newest release.")
    if stay:
        click.echo(f"{_runs(stay)} on as before: where they wait is not there any more.")


@runs_command.command("pause")
@click.argument("name", metavar="WORKFLOW")
@workspace
def pause_workflow(name: str, directory: Path) -> None:
    """Pause a workflow: what happens meanwhile is kept, what waits stands still.

    \b
    Example: customary runs pause welcome
    """
    from customary.engine.automation import pause

    with _work(directory) as work:
        if _workflow(work, name).before:
            raise Failure(f"{name} comes before the save, so it has no runs: there is nothing to pause.", WRONG_USE)
        done = pause(work, name)
    click.echo(f"{name} is paused." if done else f"{name} is paused already.")


@runs_command.command("unpause")
@click.argument("name", metavar="WORKFLOW")
@click.option("--skip", is_flag=True, help="Leave out what happened meanwhile.")
@workspace
def unpause_workflow(name: str, skip: bool, directory: Path) -> None:
    """Let a paused workflow go on, first with what happened meanwhile.

    \b
    Example: customary runs unpause welcome
             customary runs unpause welcome --skip
    """
    from customary.engine.automation import resume

    with _work(directory) as work:
        number = resume(work, name, skip)
    click.echo(f"{name} goes on. Kept meanwhile: {number}, {'skipped' if skip else 'done now'}.")


def _do(directory: Path, chosen: dict[str, Any], act: Callable[[Work, Wanted], int], told: str) -> None:
    with _work(directory) as work:
        number = act(work, _wanted(work, _some(chosen)))
    click.echo(told.format(_runs(number)))


def _runs(number: int) -> str:
    return "1 run goes" if number == 1 else f"{number:,} runs go"


def _some(chosen: dict[str, Any]) -> dict[str, Any]:
    if not any(chosen.values()):
        raise Failure("Say which runs: by their ids, or with --workflow, --status, --record, --since.", WRONG_USE)
    return chosen


def _wanted(work: Work, chosen: dict[str, Any]) -> Wanted:
    from customary.engine.automation import Wanted

    since = before(work.now, chosen["since"]) if chosen["since"] else None
    return Wanted(**{**chosen, "since": since, "ids": tuple(chosen["ids"]) or None})


def _workflow(work: Work, name: str) -> Any:
    from customary.engine.problem import did_you_mean

    if name not in work.model.workflows:
        raise Failure(f"There is no workflow {name}. {did_you_mean(name, work.model.workflows)}".rstrip(), WRONG_USE)
    return work.model.workflows[name]


def _line(run: Run) -> str:
    about = f"{run.entity} {run.record}" if run.entity else ""
    return "  ".join(
        filter(None, (str(run.id), f"{run.at:%Y-%m-%d %H:%M}", run.status, run.workflow, about, run.reason))
    )


def _data(run: Run) -> dict[str, Any]:
    names = ("id", "workflow", "release", "status", "entity", "record", "at", "ended_at", "due", "position", "attempts")
    return {**{name: getattr(run, name) for name in names}, "why": run.reason}


@contextmanager
def _work(directory: Path) -> Iterator[Work]:
    from customary.engine.people.actor import SYSTEM

    opened = open_workspace(directory)
    with opened.database.write() as connection:
        yield opened.work(connection, SYSTEM)
