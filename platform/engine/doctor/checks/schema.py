"""Tables, columns, foreign keys and indexes are those that the release calls for."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.database import system
from customary.engine.doctor.patient import Finding, Patient
from customary.engine.plan import prove
from customary.engine.plan.applying import journal
from customary.engine.workspace import Workspace

_REMEDIES = {
    ("-", "index"): "Make it anew: customary apply.",
    ("+", "index"): "Take it away: customary apply.",
    ("~", "index"): "Make it anew: customary apply.",
    ("~", "foreign key"): "See the check “links”; once that is well: ALTER TABLE … VALIDATE CONSTRAINT.",
    ("+", "table"): "Nothing reads it. Look at it in the database before you drop it.",
    ("+", "column"): "Nothing reads it. Look at it in the database before you drop it.",
}
_LOST = "Restore a backup: customary restore."


def look(patient: Patient) -> Iterator[Finding]:
    """What an apply under way has added belongs to the release that is to be; the check “apply” tells of that."""
    begun = journal.under_way(patient.connection)
    added = {name for each in (begun.made if begun else ()) for name in (each.name, f"{each.name}.{each.column}")}
    for each in prove(patient.connection, patient.release.tables):
        if each.kind != "row" and each.name not in added:
            yield Finding(f"{str(each)[0].upper()}{str(each)[1:]}.", _REMEDIES.get((each.sign, each.kind), _LOST))
    for index in _missing_of_platform(patient.connection):
        yield Finding(f"Index {index.name} is missing.", "--repair makes it anew.", mends=True)


def mend(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        for index in _missing_of_platform(connection):
            index.create(connection)


def _missing_of_platform(connection: sa.Connection) -> list[sa.Index]:
    """The indexes of the platform's own tables; every start makes the tables and columns that are missing."""
    known = sa.inspect(connection).get_multi_indexes(filter_names=list(system.tables))
    there = {each["name"] for found in known.values() for each in found}
    return [each for table in system.sorted_tables for each in table.indexes if each.name not in there]
