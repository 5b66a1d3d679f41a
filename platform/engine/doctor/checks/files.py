"""Every attached file has its content, and every content its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.doctor.patient import Finding, Patient, counted, some
from customary.engine.fields.field import Field
from customary.engine.files.file import file
from customary.engine.tables import EntityTable

SAMPLE = 2000
SHOWN = 3
_LOST = "Put the content back from a backup, under this id in the folder of files."


def look(patient: Patient) -> Iterator[Finding]:
    for entity in patient.release.model.entities.values():
        for each in entity.fields.values():
            if each.attaches and (found := _unknown(patient, patient.release.tables.entity(entity.name), each)):
                yield Finding(
                    f"{entity.name}.{each.name} names {counted(found, 'file')} that nobody knows.",
                    "Attach it anew, or restore a backup.",
                )
    yield from _contents(patient)
    if patient.deep:
        yield from _without_rows(patient)


def _unknown(patient: Patient, made: EntityTable, each: Field) -> int:
    """How many ids a field holds that no row of a file has."""
    if each.kind != "files":
        column = made.column(each.name, "_id")
        return patient.number(
            sa.select(sa.func.count(column)).where(column.is_not(None), ~sa.exists().where(file.c.id == column))
        )
    column = made.column(each.name)
    if patient.is_sqlite:
        items = sa.func.json_each(column).table_valued("value")
        id = sa.func.replace(sa.func.json_extract(items.c.value, "$.id"), "-", "")
        known = sa.exists().where(sa.type_coerce(file.c.id, sa.Text) == id)
    else:
        items = sa.func.jsonb_array_elements(column).table_valued("value").lateral()
        known = sa.exists().where(sa.cast(file.c.id, sa.Text) == items.c.value.op("->>")("id"))
    return patient.number(sa.select(sa.func.count()).select_from(made.table.join(items, sa.true())).where(~known))


def _contents(patient: Patient) -> Iterator[Finding]:
    statement = sa.select(file).where(file.c.record.is_not(None)).order_by(file.c.id.desc())
    statement = statement if patient.deep else statement.limit(SAMPLE)
    for row in patient.connection.execute(statement.execution_options(yield_per=1000)):
        size = patient.workspace.files.size(row.id)
        if size is None:
            yield Finding(f"The content of “{row.name}” ({row.id}) is not where files are kept.", _LOST)
        elif size != row.size or (patient.deep and _sum(patient, row.id) != row.sha256):
            yield Finding(f"The content of “{row.name}” ({row.id}) is not what was sent.", _LOST)


def _sum(patient: Patient, id: object) -> str:
    sha256 = hashlib.sha256()
    for piece in patient.workspace.files.read(id):
        sha256.update(piece)
    return sha256.hexdigest()


def _without_rows(patient: Patient) -> Iterator[Finding]:
    """Of a write that broke off between content and row. One that is being made at this moment looks the same."""
    there, lost = [], []
    for id in patient.workspace.files.ids():
        there.append(id)
        if len(there) == 1000:
            lost += _not_known(patient, there)
            there = []
    if lost := lost + _not_known(patient, there):
        yield Finding(
            f"{counted(len(lost), 'content')} in the folder of files {'has' if len(lost) == 1 else 'have'} no file: "
            f"{some(lost[:SHOWN])}{' …' if len(lost) > SHOWN else ''}.",
            "Nothing is lost by it. Delete it by hand when it is older than a day.",
        )


def _not_known(patient: Patient, ids: list) -> list:
    known = set(patient.connection.execute(sa.select(file.c.id).where(file.c.id.in_(ids))).scalars())
    return [id for id in ids if id not in known]
