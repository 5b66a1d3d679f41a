"""Kept computed fields follow what they read, in the transaction of the write.

What reads its own record alone is worked out into the row that is written. What reads other records is worked out
after the write, by the statement that a reader would use: the records concerned are found by walking the ways back,
as sets. On PostgreSQL they are locked first, in the order of their ids, and so is every record on the way: of two
writers under one parent the second then sees what the first wrote, and a link that moves meanwhile is seen too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from customary.engine.fields.field import Field
from customary.engine.records import changes, index, rates, storage
from customary.engine.records.formulas import computed
from customary.engine.records.formulas.readers import await_new, await_readers, ends_of, hold
from customary.engine.records.formulas.stirred import Stirred, worth
from customary.engine.records.formulas.ways import Kept, Ways, ways
from customary.engine.records.kept import kept
from customary.engine.records.limits import unique
from customary.engine.records.rows import all_rows, among
from customary.engine.records.storage import CHUNK
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.shape import shape


def work_out_own(draft: Draft) -> None:
    """Before a record is written: gives the draft what follows from its own fields; the rest stays as it was."""
    found = ways(draft.work)
    for each in found.own.get(draft.entity, ()):
        draft.after.pop(each.name, None)
    for each in found.own.get(draft.entity, ()):
        draft.after[each.name] = draft.scope.record[each.name]
    for each in found.far.get(draft.entity, ()):
        draft.after[each.name] = (draft.before or {}).get(each.name)


def note(draft: Draft, gone: bool = False) -> None:
    """After a record was written: remembers it for `settle`. What that will work out is asked anew until then."""
    found = ways(draft.work)
    if not found.concern(draft.entity):
        return
    far = {each.name for each in found.far.get(draft.entity, ())}
    for name in far:
        draft.after.pop(name, None)
    before = draft.before and {name: value for name, value in draft.before.items() if name not in far}
    draft.work.stirred.append(Stirred(draft.entity, draft.id, before, None if gone else draft.after))


def note_worth(work: Work, valued: Iterable[tuple[str, str, Iterable[UUID]]]) -> None:
    """After rates were written: remembers the amounts that are worth something now."""
    for entity, name, ids in valued:
        if ways(work).concern(entity):
            work.stirred.extend(Stirred(entity, id, {name: None}, {name: True}) for id in ids)


def settle(work: Work) -> None:
    """At the end of a write: brings all kept fields up to date that read what was written."""
    if not work.stirred:
        return
    stirred = list(work.stirred)
    work.stirred.clear()
    found = ways(work)
    _hold_newends(work, found, stirred)
    followed: dict[str, dict[UUID, Stirred]] = defaultdict(dict)
    waiting: dict[Kept, set[UUID]] = defaultdict(set)
    await_new(found, stirred, waiting)
    await_readers(work, found, stirred, waiting)
    while waiting:
        rank = min(map(found.rank.__getitem__, waiting))
        due = {at: waiting.pop(at) for at in list(waiting) if found.rank[at] == rank}
        for entity in sorted({at[0] for at in due}):
            names = sorted(name for of, name in due if of == entity)
            ids = set().union(*(due[entity, name] for name in names))
            differing = list(recompute(work, entity, names, ids))
            for each in differing:
                followed[entity][each.id] = each.after_all(followed[entity].get(each.id))
            await_readers(work, found, differing, waiting)
    new = {each.id for each in stirred if each.before is None}
    for entity, records in followed.items():
        _record(work, entity, list(records.values()), new)


def recompute(
    work: Work, entity: str, names: Iterable[str], ids: Iterable[UUID], held: bool = True
) -> Iterator[Stirred]:
    """Works out fields of some records anew and writes those that differ, which are given."""
    fields = [work.model.entities[entity].fields[name] for name in names]
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        if held:
            hold(work, entity, chunk)
        differing = _differing(work, entity, fields, chunk)
        _write(work, entity, fields, differing)
        yield from differing


def stale(work: Work, entity: str, names: Iterable[str], ids: Iterable[UUID]) -> int:
    """Of how many of some records the kept fields are not what a reader would be told. Nothing is written."""
    fields = [work.model.entities[entity].fields[name] for name in names]
    return len(_differing(work, entity, fields, sorted(ids)))


def _hold_newends(work: Work, found: Ways, stirred: Iterable[Stirred]) -> None:
    """What a new link leads to is held, so that whoever is changing it is waited for, or finds this link."""
    ends: dict[str, set[UUID]] = defaultdict(set)
    for each in stirred:
        for name, to in found.forward.get(each.entity, {}).items():
            if each.changed(name):
                ends[to].update(id for _, id in ends_of((each.after or {}).get(name), to))
    for entity in sorted(ends):
        # Who shares a lock and then wants it alone waits for others who do the same.
        hold(work, entity, ends[entity], shared=entity not in found.held)


def _differing(work: Work, entity: str, fields: list[Field], ids: list[UUID]) -> list[Stirred]:
    key = ("work out", entity, tuple(each.name for each in fields))
    statement = kept(work, key, lambda: _statement(work, entity, fields))
    table, differing = work.release.tables.entity(entity), []
    for row in work.connection.execute(statement, {"ids": ids}).mappings():
        stored = table.load(row)
        before = {each.name: stored[each.name] for each in fields}
        cells = (row[f"cell_{place}"] for place in count())
        after = computed.taken_in_turn(fields, cells, worth=True)
        if before != after or list(map(worth, before.values())) != list(map(worth, after.values())):
            differing.append(Stirred(entity, stored["id"], before, after))
    return differing


def _statement(work: Work, entity: str, fields: list[Field]) -> sa.Select:
    table, rows = work.release.tables.entity(entity), all_rows(work, entity)
    clauses = [clause for each in fields for clause in computed.clauses(rows, each, worth=True)]
    cells = [clause.label(f"cell_{place}") for place, clause in enumerate(clauses)]
    columns = table.columns(["id", *(each.name for each in fields)])
    statement = sa.select(*columns, *cells).select_from(rows.from_clause)
    return statement.where(among(work, rows.column("id"), "ids")).order_by(rows.column("id"))


def _write(work: Work, entity: str, fields: list[Field], differing: list[Stirred]) -> None:
    if not differing:
        return
    table = work.release.tables.entity(entity)
    rows = [table.store(each.after) for each in differing]
    declared = work.model.entities[entity]
    rates.fill(work, declared, zip((each.after for each in differing), rows, strict=True))
    statement = kept(work, ("keep", entity, tuple(rows[0])), lambda: _update(table.table, rows[0]))
    new = ({f"new_{name}": value for name, value in row.items()} for row in rows)
    parameters = [{"this": each.id, **values} for each, values in zip(differing, new, strict=True)]
    try:
        work.connection.execute(statement, parameters)
    except IntegrityError as error:
        raise unique.refusal(declared, fields) from error


def _update(table: sa.Table, row: Mapping[str, Any]) -> sa.Update:
    values = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in row}
    return table.update().where(table.c.id == sa.bindparam("this")).values(values)


def _record(work: Work, entity: str, followed: list[Stirred], new: set[UUID]) -> None:
    """History and search follow. A value that a record has from its beginning is no change of it."""
    known = shape(work, entity)
    rows = [
        changes.change_row(work, known, each.id, "updated", each.before, each.after)
        for each in followed
        if each.id not in new
    ]
    told = [{**row, "cause": {**row["cause"], "computed": True}} for row in rows if row["before"] or row["after"]]
    changes.write_changes(work, known, told)
    if any(each.name in side.after for side in followed for each in known.searched):
        before = {each.id: each.before for each in followed}
        for values in storage.load_many(work, entity, before):
            index.change(work, known, {**values, **before[values["id"]]}, values)
