"""Commands for secrets: what rules show to other systems, and what these sign with."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import open_workspace, workspace

NO_KEY = "There is no key to seal secrets with. Set CUSTOMARY_SECRET_KEY to 32 random bytes: openssl rand -base64 32"


@click.group("secret")
def secret_command() -> None:
    """Secrets that rules show to other systems, and that these sign their calls with. They are sealed and never shown.

    \b
    Example: customary secret make stripe
    """


@secret_command.command("set")
@click.argument("name")
@workspace
def set_secret(name: str, directory: Path) -> None:
    """Keep a secret, read from standard input or asked for. The one before holds on for a day.

    \b
    Example: echo "$KEY" | customary secret set weather_key
    """
    from customary.engine.messages.secrets import keep_secret

    text = sys.stdin.readline() if not sys.stdin.isatty() else click.prompt(f"Secret “{name}”", hide_input=True)
    if not (text := text.rstrip("\r\n")) or not text.isprintable() or not text.isascii():
        raise Failure("The secret is empty, or holds what no header can hold.", WRONG_USE)
    opened = open_workspace(_sealable(name, directory))
    with opened.database.write() as connection:
        keep_secret(connection, name, text, datetime.now(UTC))
    click.echo(f"“{name}” is kept.")


@secret_command.command("make")
@click.argument("name")
@workspace
def make_secret(name: str, directory: Path) -> None:
    """Make a secret and print it, and nothing else. It is shown only this once; the one before holds on for a day.

    \b
    Example: SECRET=$(customary secret make stripe)
    """
    from customary.engine.messages import secrets

    opened = open_workspace(_sealable(name, directory))
    with opened.database.write() as connection:
        made = secrets.make_secret(connection, name, datetime.now(UTC))
    click.echo(made)


@secret_command.command("list")
@workspace
def list_secrets(directory: Path) -> None:
    """Print the names of the secrets, and when each was changed last.

    \b
    Example: customary secret list
    """
    from customary.engine.messages.secrets import secrets_kept

    opened = open_workspace(directory)
    with opened.database.read() as connection:
        for name, changed in secrets_kept(connection).items():
            click.echo(f"{name}  {changed:%Y-%m-%d %H:%M} UTC")


@secret_command.command("reseal")
@workspace
def reseal(directory: Path) -> None:
    """Seal with the first key whatever an older one sealed: secrets, fields of records, second factors.

    After that the older key is needed for what is retired and for backups from before alone, and can be taken out of
    CUSTOMARY_SECRET_KEY.

    \b
    Example: customary secret reseal
    """
    from customary.engine.messages import secrets
    from customary.engine.people import second_factor
    from customary.engine.records import secrets as of_records
    from customary.engine.resealing import total
    from customary.engine.sealing import has_key

    if not has_key():
        raise Failure(NO_KEY, WRONG_USE)
    opened = open_workspace(directory)
    database, release = opened.database, opened.release
    found = total([secrets.reseal(database), second_factor.reseal(database), of_records.reseal(database, release)])
    click.echo(f"Sealed anew: {found.done}.")
    if found.lost:
        raise Failure(f"{found.lost} cannot be opened with any key that is there. See: customary doctor")


@secret_command.command("forget")
@click.argument("name")
@workspace
def forget_secret(name: str, directory: Path) -> None:
    """Take a secret away at once.

    \b
    Example: customary secret forget weather_key
    """
    from customary.engine.messages import secrets

    opened = open_workspace(directory)
    with opened.database.write() as connection:
        if not secrets.forget_secret(connection, name):
            raise Failure(f"There is no secret “{name}”. See: customary secret list")
    click.echo(f"“{name}” is forgotten.")


def _sealable(name: str, directory: Path) -> Path:
    """The folder, where the name is one and there is a key."""
    from customary.engine.sealing import has_key

    if not name.isascii() or not name.isidentifier() or name != name.lower():
        raise Failure(f"“{name}” is not a name. Write small letters, digits and _.", WRONG_USE)
    if not has_key():
        raise Failure(NO_KEY, WRONG_USE)
    return directory
