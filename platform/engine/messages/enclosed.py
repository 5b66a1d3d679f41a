"""What goes out with a mail: files that are kept, and documents that are printed when it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customary.engine import files
from customary.engine.database import Database
from customary.engine.fields.file import MEGABYTE, Attached
from customary.engine.files import Store
from customary.engine.files.file import tidy
from customary.engine.messages.outbox import Letter
from customary.engine.messages.pdf import Sheet, printed_with
from customary.engine.messages.undelivered import Undeliverable
from customary.engine.words import Reason

MOST_MEGABYTES = 20
"""Of all that goes with one mail: few servers take more."""
TOO_LARGE = Reason("what goes with the mail is larger than {most} MB together", {"most": MOST_MEGABYTES})


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One of the things that go with a mail."""

    name: str
    type: str
    data: bytes


def of_file(file: Attached) -> dict[str, Any]:
    """A file as a letter's details name it, under `enclosed`."""
    return {"file": str(file.id), "name": file.name, "size": file.size}


def is_too_large(named: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the files among them are more than a mail may bring."""
    return sum(each.get("size") or 0 for each in named) > MOST_MEGABYTES * MEGABYTE


def enclosed_in(letter: Letter, database: Database, store: Store) -> list[Enclosed]:
    """What goes with a letter. Raises Undeliverable where something is not there any more, or cannot be printed."""
    named = (letter.details or {}).get("enclosed") or ()
    if not named:
        return []
    found = [*_files(named, database, store), *_documents(named, letter, store)]
    if sum(len(each.data) for each in found) > MOST_MEGABYTES * MEGABYTE:
        raise Undeliverable(TOO_LARGE)
    return found


def _files(named: Iterable[Mapping[str, Any]], database: Database, store: Store) -> Iterator[Enclosed]:
    wanted = {UUID(each["file"]): each["name"] for each in named if "file" in each}
    with database.read() as connection:
        kept = files.find(connection, wanted)
    for id, name in wanted.items():
        try:
            yield Enclosed(kept[id].name, kept[id].type, b"".join(store.read(id)))
        except (KeyError, FileNotFoundError) as error:
            raise Undeliverable(Reason("the file “{name}” is not there any more", {"name": name or ""})) from error


def _documents(named: Iterable[Mapping[str, Any]], letter: Letter, store: Store) -> Iterator[Enclosed]:
    for each in named:
        if "document" in each:
            sheet = Sheet(**{**each["document"], "language": letter.language})
            data = printed_with(sheet, store)
            yield Enclosed(tidy(f"{sheet.title}.pdf"), "application/pdf", data)
