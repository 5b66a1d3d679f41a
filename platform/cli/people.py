"""Commands for people: user and key."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import open_workspace, workspace


@click.group("user")
def user_command() -> None:
    """People who may sign in.

    \b
    Example: echo "$PASSWORD" | customary user add ann@example.com --role admin --password-stdin
    """


@user_command.command("add")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, help="What the person may do; may be given repeatedly.")
@click.option("--name", help="The person's name; what stands before the @ when left out.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@workspace
def add_user(email: str, roles: tuple[str, ...], name: str | None, password_stdin: bool, directory: Path) -> None:
    """Add a person.

    \b
    Example: customary user add ann@example.com --role admin
             echo "$PASSWORD" | customary user add bob@example.com --role sales_rep --password-stdin --workspace mycrm
    """
    from customary.engine import people
    from customary.engine.people.actor import SYSTEM
    from customary.engine.problem import did_you_mean

    opened = open_workspace(directory)
    known = opened.release.model.roles
    for role in roles:
        if role not in known:
            raise Failure(f"There is no role “{role}”. {did_you_mean(role, known)}".rstrip(), WRONG_USE)
    password = _password(password_stdin, opened.settings.name, email, name or "")
    hashed = people.hashed(password)
    with opened.database.write() as connection:
        people.add(opened.work(connection, SYSTEM), email, hashed, roles, name)
    click.echo(f"{email} may sign in.")


@user_command.command("link")
@click.argument("email")
@click.option("--forget-factors", is_flag=True, help="Take off the second factor and all passkeys, which were lost.")
@workspace
def link_of_user(email: str, forget_factors: bool, directory: Path) -> None:
    """Print a link with which a person chooses a new password. It works once, for three days.

    For who cannot get in any more, and for whom nobody else can help. Their sessions end when it is used.

    \b
    Example: customary user link ann@example.com --forget-factors
    """
    from customary.engine import people
    from customary.engine.people import accounts, invitations, passkeys, second_factor
    from customary.engine.people.actor import SYSTEM

    opened = open_workspace(directory)
    users = opened.release.model.playing("user")
    with opened.database.write() as connection:
        work = opened.work(connection, SYSTEM)
        account = people.find(connection, email)
        if account is None:
            raise Failure(f"Nobody signs in as “{email}”. Add them with: customary user add {email} --role ...")
        if not accounts.is_let_in(work, account.user_id):
            raise Failure(f"“{email}” is kept out, or their record is archived. An administrator lets them in again.")
        if forget_factors:
            second_factor.remove(connection, account.user_id)
            passkeys.remove_all(connection, account.user_id)
            work.audit("factor_off", users.name, account.user_id)
        work.audit("link_made", users.name, account.user_id)
        secret = invitations.invite(connection, account.user_id, datetime.now(UTC))
    click.echo(f"{opened.settings.web_address}/sign-in/password/{secret}")


@click.group("key")
def key_command() -> None:
    """Keys with which programs use the API in a person's name.

    \b
    Example: customary key add --user ann@example.com
    """


@key_command.command("add")
@click.option("--user", "email", required=True, metavar="EMAIL", help="In whose name the key acts.")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--read-only", is_flag=True, help="It may read and nothing else.")
@click.option("--entity", "entities", multiple=True, help="It opens this entity alone; may be given repeatedly.")
@click.option("--days", type=click.IntRange(1, 36_500), help="It ends after so many days.")
@workspace
def add_key(
    email: str, name: str, read_only: bool, entities: tuple[str, ...], days: int | None, directory: Path
) -> None:
    """Make a key and print it, and nothing else. It is shown only this once.

    \b
    Example: KEY=$(customary key add --user ann@example.com --read-only --entity deal --days 90)
             curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8000/api/deal
    """
    from customary.engine import people
    from customary.engine.problem import did_you_mean

    opened, now = open_workspace(directory), datetime.now(UTC)
    known = opened.release.model.entities
    for entity in entities:
        if entity not in known:
            raise Failure(f"There is no entity “{entity}”. {did_you_mean(entity, known)}".rstrip(), WRONG_USE)
    codes = [opened.release.tables.code(entity) for entity in entities] or None
    expires = now + timedelta(days=days) if days else None
    with opened.database.write() as connection:
        account = people.find(connection, email)
        if account is None:
            raise Failure(f"Nobody signs in as “{email}”. Add them with: customary user add {email} --role ...")
        limits = {"read_only": read_only, "entities": codes, "expires": expires}
        secret = people.add_key(connection, account.user_id, name, now, **limits)
    click.echo(secret)


def _password(from_stdin: bool, *about: str) -> str:
    from customary.engine.people import guessable

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif not sys.stdin.isatty():
        raise Failure("There is no terminal to ask for the password. Use --password-stdin.", WRONG_USE)
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if (why := guessable.why_not(password, *about)) is not None:
        raise Failure(f"{why}.", WRONG_USE)
    return password
