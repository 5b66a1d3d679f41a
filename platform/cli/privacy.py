"""Commands for what people may ask of whoever keeps data about them: dossier and erase."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import confirmed, open_workspace, workspace

if TYPE_CHECKING:
    from customary.engine.fields.field import Field
    from customary.engine.privacy import Erasure
    from customary.engine.workspace import Workspace

Answer = TypeVar("Answer")


@click.command("dossier")
@click.argument("entity")
@click.argument("record")
@workspace
def dossier_command(entity: str, record: str, directory: Path) -> None:
    """Write all that is known of a person to standard output, as one zip of JSON and files.

    It holds the record and those merged into it, the rows inside it, the activities and tasks about it, each with its
    history; the records that link to it; mails both ways; what rules did; lines of the audit log; and the files.

    \b
    Example: customary dossier contact 0190c8f2-6f6a-7c3e-9d0a-3a1f0c1b2d3e > ann.zip
    """
    from customary.engine.people.actor import SYSTEM
    from customary.engine.privacy import note_dossier, write_dossier
    from customary.engine.snapshot import snapshot

    opened, id = open_workspace(directory), _id(record)
    with opened.database.write() as connection:
        _asked(entity, record, lambda: note_dossier(opened.work(connection, SYSTEM), entity, id))
    with snapshot(opened.database) as connection, TemporaryFile() as made:
        write_dossier(opened.work(connection, SYSTEM), opened.files, entity, id, made)
        made.seek(0)
        shutil.copyfileobj(made, sys.stdout.buffer)
    sys.stdout.buffer.flush()


@click.command("erase")
@click.argument("entity")
@click.argument("record")
@workspace
@click.option("--why", default="", help="Kept with the erased record. Name nobody in it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_command(entity: str, record: str, directory: Path, why: str, yes: bool) -> None:
    """Erase what is known of a person, after showing what goes and what stays. Nothing brings it back.

    What is marked `personal: true` goes: from the record and from those merged into it, the rows inside it, the
    activities and tasks about it, their history, mails, messages, runs of rules, notifications and files. Amounts,
    stages and days stay, so that every report is what it was. A backup that is restored in the place of this workspace
    is erased too.

    \b
    Example: customary erase contact 0190c8f2-6f6a-7c3e-9d0a-3a1f0c1b2d3e --why "Asked for it by letter of 3 May"
    """
    from customary.engine.people.actor import SYSTEM
    from customary.engine.privacy import erase, plan_erasure, throw_away

    opened, id = open_workspace(directory), _id(record)
    with opened.database.read() as connection:
        found = _asked(entity, record, lambda: plan_erasure(opened.work(connection, SYSTEM), entity, id))
    click.echo("\n".join(_lines(opened, found)))
    if not yes:
        confirmed("Erase this for good?")
    with opened.database.write() as connection:
        gone = erase(opened.work(connection, SYSTEM), entity, id, why)
    throw_away(opened.files, gone)
    click.echo("Erased.")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Failure(f"“{text}” is not the id of a record.", WRONG_USE) from None


def _asked(entity: str, record: str, ask: Callable[[], Answer]) -> Answer:
    from customary.engine.records.refusal import Missing, Refused

    try:
        return ask()
    except Missing:
        raise Failure(f"There is no {entity} {record}.", WRONG_USE) from None
    except Refused as refused:
        raise Failure("\n".join(map(str, refused.problems)), WRONG_USE) from refused


def _lines(opened: Workspace, found: Erasure) -> Iterator[str]:
    model = opened.release.model
    if found.before:
        yield f"It was erased on {found.before.at:%Y-%m-%d} already; what was added since goes now."
    yield "What goes:"
    yield f"  fields: {_labels(found.emptied)}"
    for name, count in found.parts.items():
        yield f"  {count} × {model.entities[name].label}, with what is personal of it"
    yield f"  what {found.changes} lines of history say of it"
    for trace, count in found.traces.items():
        yield f"  {count} × {trace.told}"
    yield "What stays:"
    yield f"  fields: {_labels(found.kept)}"
    for (name, link), count in found.pointing.items():
        entity = model.entities[name]
        yield f"  {count} × {entity.label}, linked by {entity.fields[link].label}: look whether they tell of the person"


def _labels(fields: tuple[Field, ...]) -> str:
    return ", ".join(str(each.label) for each in fields) or "none"
