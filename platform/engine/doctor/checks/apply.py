"""No release is half applied."""

from __future__ import annotations

from collections.abc import Iterator

from customary.engine.doctor.patient import Finding, Patient
from customary.engine.plan.applying import journal
from customary.engine.plan.applying.alone import UnderWay, alone
from customary.engine.workspace import Workspace


def look(patient: Patient) -> Iterator[Finding]:
    begun = journal.under_way(patient.connection)
    if begun is None or _is_at_it(patient.workspace):
        return
    what = "is served and not all of it is done" if begun.switched else "was not served yet"
    yield Finding(
        f"Applying release {begun.number} was begun by {begun.by or 'somebody'} and broke off; it {what}.",
        "The next start of a server ends it, as does --repair.",
        mends=True,
    )


def mend(workspace: Workspace) -> None:
    workspace.recover()


def _is_at_it(workspace: Workspace) -> bool:
    try:
        with alone(workspace.database):
            return False
    except UnderWay:
        return True
