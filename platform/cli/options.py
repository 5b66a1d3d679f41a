"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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


def open_workspace(directory: Path) -> Workspace:
    """The workspace in a folder, closed when the command ends."""
    from customary.engine.workspace import Workspace

    opened = Workspace.open(directory)
    click.get_current_context().call_on_close(opened.close)
    return opened
