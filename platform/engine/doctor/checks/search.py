"""Search finds every record by its words of now."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from customary.engine.doctor.patient import Finding, Patient, counted
from customary.engine.records import index, storage
from customary.engine.records.index import search
from customary.engine.records.writer.shape import shape
from customary.engine.snapshot import snapshot
from customary.engine.workspace import Workspace

_REMEDY = "--repair gathers the words anew."


def look(patient: Patient) -> Iterator[Finding]:
    if wrong := _wrong_with_words(patient):
        yield Finding(wrong, _REMEDY, mends=True)
    for entity in _searched(patient):
        missing, gone = _missing(patient, entity), patient.number(_count(_gone(patient, entity)))
        other = sum(len(_other(patient, entity, ids)) for ids in patient.batches(entity))
        told = {"is not known to": missing, "is gone and still known to": gone, "has other words in": other}
        for wrong, count in told.items():
            if count:
                yield Finding(f"{counted(count, 'record')} of {entity}: each {wrong} search.", _REMEDY, mends=True)


def mend(workspace: Workspace) -> None:
    with snapshot(workspace.database) as connection:
        patient = Patient(workspace, workspace.release, connection, deep=True)
        for entity in _searched(patient):
            for ids in patient.batches(entity):
                if _other(patient, entity, ids) or _lacking(patient, ids):
                    _gather(workspace, entity, ids)
    with workspace.database.write() as writing:
        patient = Patient(workspace, workspace.release, writing)
        for entity in _searched(patient):
            writing.execute(search.delete().where(_gone(patient, entity)))
        index.make_words(writing)
        if patient.is_sqlite:
            writing.exec_driver_sql("INSERT INTO customary_search_words(customary_search_words) VALUES ('rebuild')")


def _searched(patient: Patient) -> list[str]:
    return [name for name in patient.release.model.entities if shape(patient.work, name).searched]


def _gather(workspace: Workspace, entity: str, ids: list[UUID]) -> None:
    with workspace.database.write() as writing:
        work = Patient(workspace, workspace.release, writing).work
        writing.execute(search.delete().where(search.c.record.in_(ids)))
        index.add(work, shape(work, entity), storage.load_many(work, entity, ids))


def _missing(patient: Patient, entity: str) -> int:
    id = patient.release.tables.entity(entity).table.c.id
    return patient.number(sa.select(sa.func.count(id)).where(~sa.exists().where(search.c.record == id)))


def _gone(patient: Patient, entity: str) -> sa.ColumnElement:
    id = patient.release.tables.entity(entity).table.c.id
    code = patient.release.tables.code(entity)
    return sa.and_(search.c.entity == code, ~sa.exists().where(id == search.c.record))


def _count(condition: sa.ColumnElement) -> sa.Select:
    return sa.select(sa.func.count()).select_from(search).where(condition)


def _texts(patient: Patient, ids: list[UUID]) -> dict[UUID, str]:
    found = sa.select(search.c.record, search.c.text).where(search.c.record.in_(ids))
    return {row.record: row.text for row in patient.connection.execute(found)}


def _lacking(patient: Patient, ids: list[UUID]) -> bool:
    return len(_texts(patient, ids)) < len(ids)


def _other(patient: Patient, entity: str, ids: list[UUID]) -> list[UUID]:
    """Those whose words are known, and are not theirs."""
    known, found = shape(patient.work, entity), _texts(patient, ids)
    records = storage.load_many(patient.work, entity, list(found))
    return [each["id"] for each in records if found[each["id"]] != index.searched_text(known, each)]


def _wrong_with_words(patient: Patient) -> str:
    """What is wrong with the database's own index of words, which no row tells of."""
    if not patient.is_sqlite:
        query = (
            "SELECT 1 FROM pg_class JOIN pg_index ON indexrelid = oid "
            "WHERE relname = 'customary_search_words' AND indisvalid"
        )
        return "" if patient.connection.exec_driver_sql(query).first() else "The index of words is missing."
    triggers = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'customary_search_%'"
    if patient.connection.exec_driver_sql(triggers).scalar() != 3:
        return "The index of words does not follow what is written."
    words = "SELECT count(*) FROM customary_search_words_docsize"
    known = patient.connection.exec_driver_sql(words).scalar()
    rows = patient.number(sa.select(sa.func.count()).select_from(search))
    return "" if known == rows else f"The index of words knows {counted(known or 0, 'record')} of {rows:,}."
