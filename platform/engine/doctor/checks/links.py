"""Every link leads to a record that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from customary.engine.doctor.patient import Finding, Patient, counted, some
from customary.engine.tables import EntityTable

SHOWN = 3


def look(patient: Patient) -> Iterator[Finding]:
    tables = patient.release.tables
    for entity in tables.model.entities.values():
        made = tables.entity(entity.name)
        for name, ids in _dangling(patient, made.table, _conditions(patient, made)):
            yield Finding(
                f"{entity.name}.{name} of {ids} leads to what is not there.",
                "Choose again on these records, or restore a backup.",
            )
        for name, each in entity.fields.items():
            if each.points == "many":
                pairs = made.links(name)
                for _, ids in _dangling(patient, pairs, {name: sa.or_(*map(_leads_nowhere, _links(pairs)))}):
                    yield Finding(
                        f"{entity.name}.{name} pairs {ids} with what is not there.",
                        f"Delete these rows of the table {pairs.name}: they join nothing.",
                    )


def _conditions(patient: Patient, made: EntityTable) -> dict[str, sa.ColumnElement]:
    """By field when a row leads nowhere; links to any entity have no foreign key that keeps them whole."""
    found = {made.field_of(column.name) or column.name: _leads_nowhere(column) for column in _links(made.table)}
    for name, each in made.entity.fields.items():
        if each.points == "any" and made.has(name):
            found[name] = sa.or_(*(_no_such(patient, made, name, to) for to in patient.release.model.entities))
    return found


def _links(table: sa.Table) -> list[sa.Column]:
    return [column for column in table.c if column.foreign_keys]


def _leads_nowhere(column: sa.Column) -> sa.ColumnElement:
    (key,) = column.foreign_keys
    target = key.column.table.alias()
    return sa.and_(column.is_not(None), ~sa.exists().where(target.c.id == column))


def _no_such(patient: Patient, made: EntityTable, name: str, to: str) -> sa.ColumnElement:
    target, column = patient.release.tables.entity(to).table.alias(), made.column(name)
    return sa.and_(made.column(name, "_entity") == to, ~sa.exists().where(target.c.id == column))


def _dangling(
    patient: Patient, table: sa.Table, conditions: Mapping[str, sa.ColumnElement]
) -> Iterator[tuple[str, str]]:
    """The names whose condition holds somewhere, with how often and where: one walk through the table for all."""
    if not conditions:
        return
    sums = [sa.func.sum(sa.case((condition, 1), else_=0)) for condition in conditions.values()]
    counts = patient.connection.execute(sa.select(*sums).select_from(table)).one()
    key = next(iter(table.primary_key.columns))
    for (name, condition), count in zip(conditions.items(), counts, strict=True):
        if count:
            ids = patient.connection.execute(sa.select(key).where(condition).limit(SHOWN)).scalars()
            yield name, f"{counted(count, 'record')} ({some(ids)}{' …' if count > SHOWN else ''})"
