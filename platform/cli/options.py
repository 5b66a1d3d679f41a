"""Options and arguments that several commands share."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from customary.cli.failure import WRONG_USE, Failure

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

directory = click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
"""The workspace as an argument; the current folder when left out."""

workspace = click.option(
    "--workspace",
    "directory",
    metavar="DIR",
    default=".",
    type=click.Path(path_type=Path),
    help="The workspace's folder; the current one when left out.",
)
"""The workspace as an option, for commands whose arguments are other things."""


def must_be_workspace(directory: Path) -> None:
    """Refuses a folder that is no workspace, for commands that read no more than its definitions."""
    from customary.engine.text.source import SETTINGS_FILE

    if not (directory / SETTINGS_FILE).is_file():
        raise Failure(f"{directory} holds no {SETTINGS_FILE}. Make a workspace with: customary init DIR", WRONG_USE)


def confirmed(question: str) -> None:
    """Goes on after a yes. A script that gives no answer is told to say --yes."""
    try:
        answer = click.confirm(question)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise Failure("Nobody is there to answer, so nothing was changed. Say --yes.", WRONG_USE) from None
    if not answer:
        raise click.Abort


def open_workspace(directory: Path) -> Workspace:
    """The workspace in a folder, closed when the command ends."""
    from customary.engine.workspace import Workspace

    opened = Workspace.open(directory)
    click.get_current_context().call_on_close(lambda: _close(opened))
    return opened


def _close(opened: Workspace) -> None:
    """Chains what the command left in the audit log, for nobody may be serving who does it."""
    from sqlalchemy.exc import SQLAlchemyError

    from customary.engine import audit

    with suppress(SQLAlchemyError):  # nothing is applied yet, or the command has failed for the same reason
        audit.chain(opened.database)
    opened.close()


def before(now: datetime, span: str) -> datetime:
    """So long before a moment, for spans that are written 90d, 3w or 6months."""
    from customary.engine.model.duration import length
    from customary.engine.model.spans import earlier

    try:
        return earlier(now, length(span), ZoneInfo("UTC"))
    except ValueError as error:
        raise Failure(f"“{span}” is no span of time. Write it like 90d, 3w or 6months.", WRONG_USE) from error
