"""No line of the audit log was changed or taken out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from customary.engine.audit import chain, verify
from customary.engine.doctor.patient import Finding, Patient
from customary.engine.workspace import Workspace

_REMEDY = "Somebody or something wrote to the table customary_audit. Compare it with that of an older backup."


def look(patient: Patient) -> Iterator[Finding]:
    for each in verify(patient.connection, datetime.now(UTC)):
        if each.number is None:
            told = f"Of the lines of the audit log {each.why}."
            yield Finding(told, "--repair chains them, as customary serve and customary work do.", mends=True)
        else:
            yield Finding(f"Line {each.number} of the audit log {each.why}.", _REMEDY)


def mend(workspace: Workspace) -> None:
    while chain(workspace.database):
        pass
