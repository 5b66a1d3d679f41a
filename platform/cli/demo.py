"""The command demo: a workspace with sample data, served at once."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import open_workspace
from customary.cli.progress import waiting
from customary.cli.server import address_of, listen, run

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

SIGN_IN_FILE = ".demo-sign-in.json"
EMAIL = "admin@example.com"
NAME = "Alex Admin"
EASILY_READ = "abcdefghjkmnpqrstuvwxyz23456789"


@click.command("demo")
@click.argument("packs", nargs=-1)
@click.option(
    "--directory", default="demo", show_default=True, type=click.Path(path_type=Path), help="Where the workspace lies."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port to listen on; the next free one when it is taken.",
)
def demo_command(packs: tuple[str, ...], directory: Path, host: str, port: int) -> None:
    """Make a workspace with sample data, serve it, and print address and sign-in. Ctrl-C ends it.

    A second start keeps the data.

    \b
    Example: customary demo
             customary demo core sales --directory trial --port 9000
    """
    workspace = prepare(directory, list(packs))
    email, password = _sign_in(directory)
    listening = listen(host, port, or_next=True)

    def ready() -> None:
        click.echo(f"\n  Open       {address_of(listening)}")
        click.echo(f"  E-mail     {email}")
        click.echo(f"  Password   {password}\n")
        click.echo(f"The workspace is the folder {directory}. Ctrl-C ends the server; the data stays.")

    run(workspace, listening, 1, ready)
    click.echo("Ended.")


def prepare(directory: Path, packs: list[str]) -> Workspace:
    """The demo workspace, made and filled where that has not been done."""
    from customary.engine.text.source import SETTINGS_FILE
    from customary.engine.workspace import create

    if not (directory / SETTINGS_FILE).is_file():
        create(directory, packs or ["core", "sales"], name="Customary demo")
    elif packs and (missing := set(packs) - set(_packs_of(directory))):
        raise Failure(
            f"{directory} is a workspace already, without {', '.join(sorted(missing))}. Choose another --directory.",
            WRONG_USE,
        )
    workspace = open_workspace(directory)
    if workspace.releases.current() is None:
        click.echo(f"Making the workspace {directory} ...")
        with waiting("Applying"):
            workspace.apply(by="demo")
    _add_admin(workspace)
    return workspace


def _add_admin(workspace: Workspace) -> None:
    """Somebody who may do everything, and the sample data that they load: once."""
    from customary.engine import people
    from customary.engine.exchange import sample
    from customary.engine.people.actor import SYSTEM

    email, password = _sign_in(workspace.directory)
    with workspace.database.read() as connection:
        if people.find(connection, email) is not None:
            return
    hashed = people.hashed(password)
    click.echo("Loading sample data ...")
    with waiting("Loading"), workspace.database.write() as connection:
        id = people.add(workspace.work(connection, SYSTEM), email, hashed, _admin_roles(workspace), NAME)
        actor = people.actor_of_user(connection, id, workspace.release)
        made = sample.load(workspace.work(connection, actor))
    click.echo(f"Loaded {sum(made.values())} records.")


def _admin_roles(workspace: Workspace) -> tuple[str, ...]:
    roles = tuple(name for name, role in workspace.release.model.roles.items() if role.admin)
    if not roles:
        raise Failure("No role is an admin's, so nobody could be let in. Add the pack core.")
    return roles[:1]


def _sign_in(directory: Path) -> tuple[str, str]:
    """E-mail and password of the demo's admin, the same at every start."""
    path = directory / SIGN_IN_FILE
    if not path.is_file():
        path.touch(mode=0o600)
        password = "".join(secrets.choice(EASILY_READ) for _ in range(12))
        path.write_text(json.dumps({"email": EMAIL, "password": password}), encoding="utf-8")
    kept = json.loads(path.read_text(encoding="utf-8"))
    return kept["email"], kept["password"]


def _packs_of(directory: Path) -> tuple[str, ...]:
    from customary.engine.problem import Problems
    from customary.engine.text import gather, read_source

    problems = Problems()
    return read_source(gather(directory, problems), problems).packs
