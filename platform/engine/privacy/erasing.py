"""Erasing a person: shown first, what goes and what stays; then done, in one transaction.

What is personal goes, everywhere; amounts, stages and days stay, so that every report is what it was. A line says when,
by whom and why, and nothing brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.files import Store
from customary.engine.files.file import file
from customary.engine.messages.incoming.received import mail
from customary.engine.messages.outbox import message
from customary.engine.model.entity import Entity
from customary.engine.privacy.forgetting import forget
from customary.engine.privacy.known import Known, Part, known_of, pointing
from customary.engine.privacy.once import Once
from customary.engine.privacy.traces import TRACES, Trace, is_received, is_sent
from customary.engine.records import index, storage
from customary.engine.records.changes import change
from customary.engine.records.personal.erased import Tombstone, tombstone
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import is_empty
from customary.engine.records.writer.erase import emptied
from customary.engine.records.writer.erase import erase as erase_record
from customary.engine.records.writer.shape import shape
from customary.engine.words import Reason


@dataclass(frozen=True)
class Erasure:
    """What erasing a record would do. `emptied` and `kept` are fields of the record with a value."""

    known: Known
    emptied: tuple[Field, ...]
    kept: tuple[Field, ...]
    parts: Mapping[str, int]
    """By entity other records of the person's that are erased with it."""
    traces: Mapping[Trace, int]
    changes: int
    files: int
    pointing: Mapping[tuple[str, str], int]
    """By entity and field records that link to it and stay what they are."""
    before: Tombstone | None
    """Where it was erased already."""


def may_erase(work: Work, entity: Entity) -> bool:
    """Whether the actor may erase records of an entity, and there is something in them to erase."""
    return work.access.admin and entity.plays != "user" and bool(shape(work, entity.name).personal)


def tombstone_of(work: Work, entity: Entity, id: UUID) -> Tombstone | None:
    """What is left of a record where it was erased."""
    return tombstone(work.connection, id) if shape(work, entity.name).personal else None


def plan_erasure(work: Work, entity: str, id: UUID) -> Erasure:
    """What erasing a record would do. Raises Missing, Forbidden, and Refused where nothing of it is personal."""
    known = _with_something_personal(work, _allowed(work, entity, id))
    declared, told = work.model.entities[entity], shape(work, entity).personal
    values = storage.load(work, entity, id) or {}
    after = emptied(work, shape(work, entity), values) if values else {}
    is_done = all(values[name] == left or is_empty(values[name]) for name, left in after.items())
    filled = [each for each in declared.fields.values() if not each.system and not is_empty(values.get(each.name))]
    counts = {each: each.count(work.connection, known) for each in TRACES}
    return Erasure(
        known=known,
        emptied=() if is_done else tuple(each for each in filled if each.name in told),
        kept=tuple(each for each in filled if each.name not in told and each.formula is None),
        parts=_counted(known.parts[1:]),
        traces={each: count for each, count in counts.items() if count},
        changes=_count(work, change, change.c.record, known),
        files=_count(work, file, file.c.record, known),
        pointing=pointing(work, known),
        before=tombstone(work.connection, id),
    )


def erase(work: Work, entity: str, id: UUID, why: str) -> set[UUID]:
    """Erases a person, and gives the ids of the files to `throw_away` when that is committed. Raises what
    `plan_erasure` does."""
    gone = erase_untidily(work, entity, id, why)
    index.tidy(work.connection)
    return gone


def erase_untidily(work: Work, entity: str, id: UUID, why: str, once: Once | None = None) -> set[UUID]:
    """The same for one of many: SQLite's index of words is tidied after the last of them."""
    known, gone = _with_something_personal(work, _allowed(work, entity, id, once)), set()
    gone |= _brought(work, known)
    for trace in TRACES:
        trace.erase(work.connection, known)
    for part in reversed(known.parts):
        main = None if part == known.main else known.main.id
        gone |= erase_record(work, part.entity, part.id, why.strip(), main)
    forget(work, known)
    work.audit("erased", entity, id, why=why.strip(), with_it=len(known.parts) - 1)
    return gone


def _brought(work: Work, known: Known) -> set[UUID]:
    """The files that mails brought or took along, whichever records these were about; their rows go at once."""
    mails = sa.select(mail.c.files).where(is_received(known))
    ids = {UUID(each["id"]) for files in work.connection.execute(mails).scalars() for each in files if "id" in each}
    sent = sa.select(message.c.details).where(is_sent(known), message.c.kind == "mail")
    for details in work.connection.execute(sent).scalars():
        ids |= {UUID(each["file"]) for each in (details or {}).get("enclosed", ()) if each.get("own")}
    work.connection.execute(file.delete().where(file.c.id.in_(ids)))
    return ids


def throw_away(store: Store, ids: Iterable[UUID]) -> None:
    """Removes the contents of files whose rows are gone."""
    for id in ids:
        store.remove(id)


def _allowed(work: Work, entity: str, id: UUID, once: Once | None = None) -> Known:
    """What is known of a record that is there, or was."""
    if not work.access.admin:
        raise Forbidden(Reason("may be erased by administrators only"))
    if entity not in work.model.entities:
        raise Missing(entity, id)
    codes = work.release.tables.codes(entity)
    was = sa.select(change.c.id).where(change.c.record == id, change.c.entity.in_(codes)).limit(1)
    if storage.load(work, entity, id) is None and work.connection.execute(was).first() is None:
        raise Missing(entity, id)
    return known_of(work, entity, id, once)


def _with_something_personal(work: Work, known: Known) -> Known:
    """Without the records that say nothing about a person; the main one must."""
    declared = work.model.entities[known.main.entity]
    if declared.plays == "user":
        _refuse(Reason("signs in here: deactivate the person instead"), declared)
    if not shape(work, declared.name).personal:
        _refuse(Reason("has no field that is marked personal: true"), declared)
    parts = tuple(each for each in known.parts if shape(work, each.entity).personal)
    return replace(known, parts=parts)


def _refuse(why: Reason, entity: Entity) -> None:
    raise Refused([FieldProblem(None, why, entity.label)])


def _counted(parts: Iterable[Part]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in parts:
        counts[each.entity] = counts.get(each.entity, 0) + 1
    return counts


def _count(work: Work, table: sa.Table, column: sa.Column, known: Known) -> int:
    found = sa.select(sa.func.count()).select_from(table).where(column.in_(known.ids))
    return work.connection.execute(found).scalar_one()
