"""The next running number is one that no record has."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.doctor.patient import Finding, Patient, counted
from customary.engine.fields.auto_number import AutoNumber
from customary.engine.records import storage
from customary.engine.records.scope import RecordScope
from customary.engine.records.writer.numbers import sequence
from customary.engine.snapshot import snapshot
from customary.engine.workspace import Workspace


def look(patient: Patient) -> Iterator[Finding]:
    for entity, each in _numbered(patient):
        for series, (highest, last) in _behind(patient, entity, each).items():
            name = f"{entity}.{each.name}{f' of {series}' if series else ''}"
            yield Finding(
                f"{name} would give {last + 1} next, and a record has {highest} already.",
                "--repair lets it go on after that.",
                mends=True,
            )
        if doubles := _doubles(patient, entity, each):
            yield Finding(
                f"{counted(doubles, 'number')} of {entity}.{each.name} {'is' if doubles == 1 else 'are'} given twice.",
                "Find them with: customary export. A number is never changed once it is given.",
            )


def mend(workspace: Workspace) -> None:
    with snapshot(workspace.database) as connection:
        patient = Patient(workspace, workspace.release, connection)
        behind = [(entity, each, _behind(patient, entity, each)) for entity, each in _numbered(patient)]
    with workspace.database.write() as connection:
        patient = Patient(workspace, workspace.release, connection)
        for entity, each, found in behind:
            for series, (highest, _) in found.items():
                _raise(patient, entity, each, series, highest)


def _numbered(patient: Patient) -> list[tuple[str, AutoNumber]]:
    return [
        (entity.name, each)
        for entity in patient.release.model.entities.values()
        for each in entity.fields.values()
        if isinstance(each, AutoNumber)
    ]


def _behind(patient: Patient, entity: str, each: AutoNumber) -> dict[str, tuple[int, int]]:
    """By series the highest number that a record has, and the counter where it is less."""
    highest: dict[str, int] = {}
    zone = patient.release.model.settings.time_zone
    for ids in patient.batches(entity):
        for record in storage.load_many(patient.work, entity, ids):
            number = _number(patient, entity, each, record)
            if number is not None:
                series = each.series(record["created_at"].astimezone(zone).date())
                highest[series] = max(number, highest.get(series, 0))
    last = {row.series: row.value for row in patient.connection.execute(_counters(patient, entity, each))}
    return {series: (high, last.get(series, 0)) for series, high in highest.items() if high > last.get(series, 0)}


def _number(patient: Patient, entity: str, each: AutoNumber, record: dict) -> int | None:
    """The digits in the place where the format has them; None where the record has changed what stands around."""
    text = record.get(each.name)
    if not text:
        return None
    before, marks, after = re.split("(\0+)", each.fill(RecordScope(patient.work, entity, dict(record))), maxsplit=1)
    found = re.fullmatch(rf"{re.escape(before)}(\d{{{len(marks)},18}}){re.escape(after)}", text, re.ASCII)
    return int(found[1]) if found else None


def _counters(patient: Patient, entity: str, each: AutoNumber) -> sa.Select:
    return sa.select(sequence.c.series, sequence.c.value).where(*_of(patient, entity, each))


def _of(patient: Patient, entity: str, each: AutoNumber) -> tuple[sa.ColumnElement, ...]:
    tables = patient.release.tables
    return sequence.c.entity == tables.code(entity), sequence.c.field == tables.entity(entity).physical[each.name]


def _doubles(patient: Patient, entity: str, each: AutoNumber) -> int:
    column = patient.release.tables.entity(entity).column(each.name)
    twice = sa.select(column).where(column.is_not(None)).group_by(column).having(sa.func.count() > 1).subquery()
    return patient.number(sa.select(sa.func.count()).select_from(twice))


def _raise(patient: Patient, entity: str, each: AutoNumber, series: str, highest: int) -> None:
    tables = patient.release.tables
    here = (*_of(patient, entity, each), sequence.c.series == series)
    lower = sequence.update().where(*here, sequence.c.value < highest)
    patient.connection.execute(lower.values(value=highest))
    if not patient.number(sa.select(sa.func.count()).select_from(sequence).where(*here)):
        names = {"entity": tables.code(entity), "field": tables.entity(entity).physical[each.name], "series": series}
        patient.connection.execute(sequence.insert(), {**names, "value": highest})
