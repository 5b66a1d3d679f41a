"""Computed fields that are kept are what they would be if they were worked out now."""

from __future__ import annotations

from collections.abc import Iterator

from customary.engine.doctor.patient import Finding, Patient, counted
from customary.engine.records.formulas.derived import recompute, stale
from customary.engine.records.formulas.ways import find
from customary.engine.workspace import Workspace


def look(patient: Patient) -> Iterator[Finding]:
    for entity, name in _in_turn(patient):
        count = sum(stale(patient.work, entity, [name], ids) for ids in patient.batches(entity))
        if count:
            yield Finding(
                f"{entity}.{name} of {counted(count, 'record')} is not what it computes to.",
                "--repair works it out anew for all records.",
                mends=True,
            )


def mend(workspace: Workspace) -> None:
    """A few records in each transaction, so that nobody waits for long. It is no change of theirs, so no history."""
    from customary.engine.snapshot import snapshot

    with snapshot(workspace.database) as connection:
        patient = Patient(workspace, workspace.release, connection, deep=True)
        for entity, name in _in_turn(patient):
            for ids in patient.batches(entity):
                with workspace.database.write() as writing:
                    work = Patient(workspace, workspace.release, writing).work
                    for _ in recompute(work, entity, [name], ids):
                        pass


def _in_turn(patient: Patient) -> list[tuple[str, str]]:
    """Each after those that it reads."""
    rank = find(patient.release.model).rank
    return sorted(rank, key=lambda at: (rank[at], at))
