"""Commands for keeping a workspace safe: backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from customary.cli.failure import PROBLEMS
from customary.cli.options import confirmed, directory, open_workspace
from customary.cli.progress import bars

if TYPE_CHECKING:
    from customary.engine.backup import Restored

file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command("backup")
@file
@directory
@click.option("--replace", is_flag=True, help="Write over FILE when it is there already.")
def backup_command(file: Path, directory: Path, replace: bool) -> None:
    """Write all that the workspace holds into one file: definitions, database, attached files.

    It shows the database at one moment, and people go on working meanwhile. Every part has a checksum. The file holds
    everything that people keep, also the hashes of their passwords, so keep it where few can read it; the key of
    secrets is not in it. Exit code 0: the backup is whole. 1: it is made, but something that belongs in it was missing.

    \b
    Example: customary backup crm-2026-03-02.zip mycrm
             customary backup /backups/latest.zip mycrm --replace
    """
    from customary.engine.backup import backup

    opened = open_workspace(directory)
    with bars() as progress:
        saved = backup(opened, file, replace, progress)
    for warning in saved.warnings:
        click.echo(warning, err=True)
    click.echo(f"Saved release {saved.release} in {file}: {_counted(saved.rows, saved.files)}, {_size(saved.size)}.")
    if saved.warnings:
        raise click.exceptions.Exit(PROBLEMS)


@click.command("restore")
@file
@directory
@click.option("--database", metavar="URL", help="Where the records go, instead of where customary.yaml says.")
@click.option("--replace", is_flag=True, help="Take the place of what the folder and the database hold.")
@click.option("--hold-mail", is_flag=True, help="Keep mails that wait in the outbox from being sent.")
@click.option("--verify", "only_verify", is_flag=True, help="Say whether FILE is whole, and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore_command(
    file: Path, directory: Path, database: str | None, replace: bool, hold_mail: bool, only_verify: bool, yes: bool
) -> None:
    """Make the workspace of a backup: in a new folder and an empty database, of either kind.

    All of FILE is verified before anything is written. With --replace it takes the place of what is there, which stays
    as it is until the new is whole; end the servers first. Old definitions are kept beside the new, in a folder
    `replaced-…`. Exit code 0: restored. 1: FILE is damaged or no backup, and nothing was written. 2: wrong use.

    \b
    Example: customary restore crm-2026-03-02.zip mycrm
             customary restore crm-2026-03-02.zip trial --database postgresql://localhost/trial --hold-mail
             customary restore crm-2026-03-02.zip --verify
    """
    from customary.engine.backup import restore, verified
    from customary.engine.environment import secret
    from customary.engine.workspace import DATABASE_VARIABLE

    with bars() as progress:
        if only_verify:
            click.echo(f"{file} is whole: {verified(file, progress)}.")
            return
        agree = _agreed if not yes else _unasked
        restored = restore(file, directory, database, agree if replace else None, hold_mail, progress)
    _tell(restored, directory)
    if database is not None and (secret(DATABASE_VARIABLE) or database) != database:
        click.echo(f"{DATABASE_VARIABLE} names another database: take it away before you use {directory}.", err=True)


def _agreed(shown: str) -> None:
    confirmed(f"Everything in the database {shown} is replaced. Go on?")


def _unasked(_shown: str) -> None:
    """Whoever says --yes is not asked."""


def _tell(restored: Restored, directory: Path) -> None:
    for warning in restored.warnings:
        click.echo(warning, err=True)
    click.echo(
        f"Restored release {restored.release} in {directory}, with the database {restored.database}: "
        f"{_counted(restored.rows, restored.files)}."
    )
    if restored.erased:
        click.echo(f"Erased again, as they had been here: {restored.erased}. See: customary audit --kind erased")
    if restored.aside is not None:
        click.echo(f"The definitions that lay there are in {restored.aside}.")
    click.echo(f"Look at it: customary doctor {directory}")


def _counted(rows: int, files: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'} and {files:,} file{'' if files == 1 else 's'}"


def _size(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
