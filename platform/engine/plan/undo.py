"""Undo: a plan back to an earlier release, made and applied like any other."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from customary.engine.plan.back import CannotUndo, way_back
from customary.engine.plan.compare import compare
from customary.engine.plan.plan import Plan
from customary.engine.releases import Release, read_definitions, read_files
from customary.engine.tables.going_back import go_back, purged_of
from customary.engine.text.put_back import PutBack
from customary.engine.text.source import SETTINGS_FILE
from customary.engine.text.workspace import database_in


def undo(connection: sa.Connection, current: Release, number: int | None = None) -> Plan:
    """The plan that takes back a release, by default the newest one, and with it all that came after.

    Raises CannotUndo, and DefinitionError when what was applied then does not compile any more.
    """
    number = current.number if number is None else number
    if not 1 <= number <= current.number:
        raise CannotUndo(f"There is no release {number}: the newest one is {current.number}.")
    if number == 1:
        raise CannotUndo("Release 1 is the first one: there is nothing before it to go back to.")
    source, model = read_definitions(connection, number - 1)
    back = way_back(connection, number - 1, current.number)
    if gone := purged_of(back.today, back.stood):
        raise CannotUndo(f"Release {number - 1} needs what a purge destroyed since: {', '.join(gone)}.")
    growth = go_back(back.today, back.stood, model, current.number)
    return compare(connection, current, model, source, growth, back)


def files_back(connection: sa.Connection, directory: Path, plan: Plan) -> PutBack:
    """What makes a folder's files those of an undo. Raises CannotUndo when a file holds what was never applied, or
    would name another database."""
    found = PutBack.of(directory, plan.source.files)
    unknown = found.unknown(read_files(connection, number) for number in range(plan.base, 0, -1))
    if unknown:
        raise CannotUndo(f"This was never applied and would be lost: {', '.join(unknown)}. Apply it, or put it aside.")
    now, then = (database_in(files.get(SETTINGS_FILE, "").encode()) for files in (found.now, found.then))
    if now != then:
        raise CannotUndo(f"{SETTINGS_FILE} named another database then. Write the files back by hand.")
    return found
