"""Secrets can be read with the keys that are there."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine import sealing
from customary.engine.doctor.patient import Finding, Patient, counted
from customary.engine.people.second_factor import factor
from customary.engine.records.secrets import opens

SAMPLE = 20
_NAME = slice(2, 10)
"""Where the name of the key stands in a sealed text."""
_LOST = "Put that key into CUSTOMARY_SECRET_KEY too, after the first one; without it nobody reads them again."


def look(patient: Patient) -> Iterator[Finding]:
    names, tables = sealing.key_names(), patient.release.tables
    for entity in tables.model.entities.values():
        for name in (name for name, each in entity.fields.items() if each.sealed):
            token = tables.entity(entity.name).column(name, "_token")
            lost = [(key, count) for key, count in _keys(patient, token) if key not in names]
            for key, count in lost:
                yield Finding(f"{_told(count, entity.name, name)} sealed with a key that is not there: {key}.", _LOST)
            if not lost and (closed := _closed(patient, entity.name, name, token)):
                yield Finding(
                    f"{_told(closed, entity.name, name)} not to be opened with the key that sealed it.",
                    "It was changed, or copied from another record. Write it anew, or restore a backup.",
                )

    yield from _second_factors(patient, names)


def _second_factors(patient: Patient, names: frozenset[str]) -> Iterator[Finding]:
    """Of people whose key is gone no code opens anything; they are helped one by one."""
    for key, count in _keys(patient, factor.c.secret):
        if key not in names:
            told = f"{counted(count, 'second factor')} {'is' if count == 1 else 'are'}"
            yield Finding(f"{told} sealed with a key that is not there: {key}.", _LOST)


def _keys(patient: Patient, token: sa.Column) -> list[tuple[str, int]]:
    """The names of the keys that sealed them, and how many each."""
    name = sa.func.substr(token, _NAME.start + 1, _NAME.stop - _NAME.start)
    found = sa.select(name, sa.func.count()).where(token.is_not(None)).group_by(name).order_by(name)
    return [tuple(row) for row in patient.connection.execute(found)]


def _closed(patient: Patient, entity: str, name: str, token: sa.Column) -> int:
    id = patient.release.tables.entity(entity).table.c.id
    statement = sa.select(id, token).where(token.is_not(None)).order_by(id.desc())
    statement = statement if patient.deep else statement.limit(SAMPLE)
    rows = patient.connection.execute(statement.execution_options(yield_per=1000))
    return sum(not opens(patient.work, entity, name, *row) for row in rows)


def _told(count: int, entity: str, name: str) -> str:
    return f"{counted(count, 'secret')} of {entity}.{name} {'is' if count == 1 else 'are'}"
