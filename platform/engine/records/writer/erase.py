"""Erasing: what a record says about a person goes, from its row, its history, the search and its files.

What is not personal stays, so that every count and sum is what it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field, Refusal
from customary.engine.files.file import file
from customary.engine.locale import locale
from customary.engine.model.dependence import nothing_kept, readings
from customary.engine.model.entities.personal import personal
from customary.engine.records import changes, index, storage
from customary.engine.records.changes import change
from customary.engine.records.formulas import derived
from customary.engine.records.identifier import new_id
from customary.engine.records.kept import kept
from customary.engine.records.personal.erased import ERASED, set_up
from customary.engine.records.work import Work
from customary.engine.records.writer import store
from customary.engine.records.writer.attach import listed
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.shape import Shape, shape
from customary.engine.words import Words

TITLE = Words({"en": "Erased", "zh": "已抹除", "el": "Διαγράφηκε"})


def erase(work: Work, entity: str, id: UUID, why: str, main: UUID | None = None) -> set[UUID]:
    """Erases what a record says about a person, one that was deleted too. Gives the ids of files whose contents are
    to be thrown away when this is committed. Whether it is allowed is the caller's matter."""
    known, begin = shape(work, entity), new_id()
    before = storage.load(work, entity, id, lock=not work.is_sqlite)
    _empty_aside(work, entity, id)
    if before is not None:
        draft = Draft(work, known, id, before, {**before, **emptied(work, known, before)}, {})
        store.save(work, draft, ERASED)
        derived.settle(work)
    else:
        changes.write_changes(work, known, [changes.change_row(work, known, id, ERASED, None, None)])
        index.remove(work, id)
    _scrub_readers(work, entity, id, begin)
    stays = _scrub(work, entity, [id], known.personal) | _attached(known, before or {})
    set_up(work, entity, id, why, main)
    return _throw_away(work, id, stays)


def emptied(work: Work, known: Shape, before: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing in each personal field; in the one that names the record, that it was erased."""
    fields = [known.entity.fields[name] for name in known.personal]
    own = [each for each in fields if each.formula is None and each.points != "inside"]
    values: dict[str, Any] = {each.name: () if each.several else None for each in own}
    named = {path[0] for path in known.entity.title.paths}
    for each in own:
        marked = _marked(work, each, before["id"]) if each.name in named else None
        if marked is not None:
            return {**values, each.name: marked}
    return values


def _marked(work: Work, each: Field, id: UUID) -> Any:
    """ "Erased 1f3a92c0", where the field takes it: two that were erased are told apart."""
    language = work.model.settings.languages[0]
    try:
        value = each.parse(f"{TITLE.in_language(language)} {id.hex[-8:]}", locale(language))
    except Refusal:
        return None
    return value if not each.check(value) else None


def _empty_aside(work: Work, entity: str, id: UUID) -> None:
    """What is retired, or was left behind by a change of type, may be personal too; nobody reads it."""
    tables, pairs = kept(work, ("left behind", entity), lambda: _left_behind(work, entity))
    for name, columns in tables.items():
        rows = sa.table(name, sa.column("id", sa.Uuid()), *map(sa.column, columns))
        work.connection.execute(rows.update().where(rows.c.id == id).values(dict.fromkeys(columns)))
    for name in pairs:
        links = sa.table(name, sa.column("source", sa.Uuid()))
        work.connection.execute(links.delete().where(links.c.source == id))


def _left_behind(work: Work, entity: str) -> tuple[dict[str, list[str]], list[str]]:
    """By table the columns, and the tables of pairs, that no field of today has: in the entity's own table, in those
    that it had before others became one with it, and in theirs."""
    catalogue, inspector = work.release.tables.catalogue, sa.inspect(work.connection)
    entry, there = catalogue.entity(entity), set(inspector.get_table_names())
    owners = [entry, *catalogue.joined(entry.code)]
    fields = [each for owner in owners for each in catalogue.children("field", owner.id)]
    left = {name for each in fields for name in (each.left() if each.parent == entry.id else each.columns())}
    former = {name for owner in owners for name in owner.columns()} - {entry.physical}
    found = {entry.physical: sorted(left & _columns(inspector, entry.physical))}
    found |= {
        name: sorted(each for each in _columns(inspector, name) if each.startswith("f_")) for name in former & there
    }
    return {name: columns for name, columns in found.items() if columns}, sorted(left & there)


def _columns(inspector: sa.Inspector, table: str) -> set[str]:
    return {each["name"] for each in inspector.get_columns(table)}


def _scrub(work: Work, entity: str, ids: Iterable[UUID], personal: frozenset[str]) -> set[UUID]:
    """Takes personal values out of the history of some records; gives the ids of the files that are still named."""
    past, stays = work.release.tables.past, set()
    rows = work.connection.execute(sa.select(change).where(change.c.record.in_(list(ids)))).mappings().all()
    for row in rows:
        how = row["release"], personal, row["entity"]
        told = {side: past.left(entity, row[side] or {}, *how) for side in ("before", "after")}
        if any(told[side] != (row[side] or {}) for side in told):
            values = {side: each or None for side, each in told.items()}
            work.connection.execute(change.update().where(change.c.id == row["id"]).values(values))
        stays |= set(_ids_in(told))
    return stays


def _ids_in(told: Mapping[str, Any]) -> Iterator[UUID]:
    """The ids of files in values of history."""
    for value in json.loads(json.dumps(list(told.values()), default=str)):
        for each in value.values():
            for one in each if isinstance(each, list) else [each]:
                if isinstance(one, dict) and "size" in one and "id" in one:
                    yield UUID(one["id"])


def _attached(known: Shape, values: Mapping[str, Any]) -> set[UUID]:
    """The files on fields that are not personal."""
    fields = (each for each in known.attached if each.name not in known.personal)
    return {one.id for each in fields for one in listed(values.get(each.name))}


def _throw_away(work: Work, id: UUID, stays: set[UUID]) -> set[UUID]:
    gone = set(work.connection.execute(sa.select(file.c.id).where(file.c.record == id)).scalars()) - stays
    work.connection.execute(file.delete().where(file.c.id.in_(gone)))
    return gone


def _scrub_readers(work: Work, entity: str, id: UUID, begin: UUID) -> None:
    """The history of other records forgets what they computed of what is erased: those that have just followed, and
    those that have ever linked to it."""
    reading = kept(work, ("personal readers", entity), lambda: _readers(work, entity))
    named = [sa.cast(side, sa.Text).contains(str(id)) for side in (change.c.before, change.c.after)]
    for reader, names in reading.items():
        of_reader = change.c.entity.in_(work.release.tables.codes(reader))
        found = sa.select(change.c.record).where(of_reader, sa.or_(change.c.id > begin, *named)).distinct()
        _scrub(work, reader, work.connection.execute(found).scalars().all(), names)


def _readers(work: Work, entity: str) -> dict[str, frozenset[str]]:
    """By entity the kept computed fields that read something personal of an entity's records."""
    entities, told = work.model.entities, personal(work.model.entities[entity])
    found: dict[str, set[str]] = {}
    for other in entities.values():
        for each in other.fields.values():
            read = readings(entities, other.name, each.name, nothing_kept) if each.kept else None
            if any(way.steps and way.steps[-1].to == entity and way.name in told for way in read or ()):
                found.setdefault(other.name, set()).add(each.name)
    return {name: frozenset(names) for name, names in found.items()}
