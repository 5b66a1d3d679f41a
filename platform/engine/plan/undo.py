"""Undo: a plan back to an earlier release, made and applied like any other."""

from __future__ import annotations

import sqlalchemy as sa

from customary.engine.plan.back import CannotUndo, way_back
from customary.engine.plan.compare import compare
from customary.engine.plan.plan import Plan
from customary.engine.releases import Release, load_catalogue, read_definitions
from customary.engine.tables.going_back import go_back


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
    growth = go_back(load_catalogue(connection), back.stood, model, current.number)
    return compare(connection, current, model, source, growth, back)
