"""Tables, columns, foreign keys and indexes are those that the release calls for."""

from __future__ import annotations

from collections.abc import Iterator

from customary.engine.doctor.patient import Finding, Patient
from customary.engine.plan import prove
from customary.engine.plan.applying import journal
from customary.engine.workspace import Workspace
from customary.engine.workspace.tables import missing_indexes

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
    for index in missing_indexes(patient.connection):
        yield Finding(f"Index {index.name} is missing.", "--repair makes it anew.", mends=True)


def mend(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        for index in missing_indexes(connection):
            index.create(connection)
