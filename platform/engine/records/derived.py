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

from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.model.dependence import Step
from customary.engine.records import changes, computed, index, rates, storage, unique
from customary.engine.records.draft import Draft
from customary.engine.records.kept import kept
from customary.engine.records.rows import all_rows, among
from customary.engine.records.shape import shape
from customary.engine.records.stirred import Stirred, worth
from customary.engine.records.storage import CHUNK
from customary.engine.records.ways import Kept, Way, Ways, ways
from customary.engine.records.work import Work


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
    _hold_new_ends(work, found, stirred)
    followed: dict[str, dict[UUID, Stirred]] = defaultdict(dict)
    waiting: dict[Kept, set[UUID]] = defaultdict(set)
    _await_new(found, stirred, waiting)
    _await_readers(work, found, stirred, waiting)
    while waiting:
        rank = min(map(found.rank.__getitem__, waiting))
        due = {at: waiting.pop(at) for at in list(waiting) if found.rank[at] == rank}
        for entity in sorted({at[0] for at in due}):
            names = sorted(name for of, name in due if of == entity)
            ids = set().union(*(due[entity, name] for name in names))
            differing = list(recompute(work, entity, names, ids))
            for each in differing:
                followed[entity][each.id] = each.after_all(followed[entity].get(each.id))
            _await_readers(work, found, differing, waiting)
    new = {each.id for each in stirred if each.before is None}
    for entity, records in followed.items():
        _record(work, entity, list(records.values()), new)


def readers_of(work: Work, written: Iterable[Stirred]) -> dict[Kept, set[UUID]]:
    """The kept fields that read what was written, and the records in which they do: new ones have all of theirs."""
    written = list(written)
    waiting: dict[Kept, set[UUID]] = defaultdict(set)
    for each in written:
        for name in work.model.entities[each.entity].fields if each.before is None else ():
            waiting[each.entity, name].add(each.id)
    _await_readers(work, ways(work), written, waiting)
    return waiting


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


def hold(work: Work, entity: str, ids: Iterable[UUID], shared: bool = False) -> None:
    """Locks records to the end of the transaction, in the order of their ids."""
    ordered = sorted(ids)
    if work.is_sqlite or not ordered:
        return

    def make() -> sa.Select:
        table = work.release.tables.entity(entity)
        statement = sa.select(table.column("id")).where(among(work, table.column("id"), "ids"))
        return statement.order_by(table.column("id")).with_for_update(read=shared, key_share=not shared)

    work.connection.execute(kept(work, ("hold", entity, shared), make), {"ids": ordered}).all()


def _await_new(found: Ways, stirred: Iterable[Stirred], waiting: dict[Kept, set[UUID]]) -> None:
    for each in stirred:
        if each.before is None:
            for field in found.far.get(each.entity, ()):
                waiting[each.entity, field.name].add(each.id)


def _await_readers(work: Work, found: Ways, stirred: Iterable[Stirred], waiting: dict[Kept, set[UUID]]) -> None:
    """Adds all that reads what changed."""
    by_entity: dict[str, list[Stirred]] = defaultdict(list)
    for each in stirred:
        by_entity[each.entity].append(each)
    for entity, written in by_entity.items():
        for way in found.to.get(entity, ()):
            for names, changed in _touched(way, written).items():
                for id in _behind(work, way, changed):
                    for name in names:
                        waiting[way.target, name].add(id)


def _touched(way: Way, written: list[Stirred]) -> dict[frozenset[str], list[Stirred]]:
    """The records that changed in what the way reads, by the fields that depend on it."""
    found: dict[frozenset[str], list[Stirred]] = defaultdict(list)
    for each in written:
        if way.own and each.is_whole:
            continue
        names = frozenset().union(*(fields for name, fields in way.names.items() if each.changed(name)))
        if names:
            found[names].append(each)
    return found


def _behind(work: Work, way: Way, written: list[Stirred]) -> set[UUID]:
    """The records of the way's target from which its steps lead, or led, to what was written."""
    if not way.steps:
        return {each.id for each in written if each.after is not None}
    *further, last = way.steps
    ids = _left(last, written) | _before(work, last, [each.id for each in written if _asks(last, each)])
    for step in reversed(further):
        hold(work, step.to, ids)
        ids = _before(work, step, ids)
    return ids


def _asks(step: Step, each: Stirred) -> bool:
    """Whether the database must tell where the step came from: not when it is seen from what was written, nor of a
    new record, to which nothing links yet."""
    if each.after is None:
        return False
    return step.link not in each.after if step.link else each.before is not None


def _left(step: Step, written: list[Stirred]) -> set[UUID]:
    """The ends of the link against which a step goes, before and after the write."""
    sides = (side for each in written for side in (each.before, each.after) if side and step.link)
    return {id for side in sides for entity, id in _ends(side.get(step.link), step.origin) if entity == step.origin}


def _ends(value: Any, entity: str) -> Iterator[tuple[str, UUID]]:
    if isinstance(value, AnyLink):
        yield value.entity, value.id
    elif value is not None:
        yield from ((entity, id) for id in (value if isinstance(value, tuple) else (value,)))


def _before(work: Work, step: Step, ids: Iterable[UUID]) -> set[UUID]:
    """The records from which a step leads to some."""
    ordered, found = sorted(ids), set()
    if not ordered:
        return found
    statement = kept(work, ("before", step), lambda: _before_statement(work, step))
    for start in range(0, len(ordered), CHUNK):
        found.update(work.connection.execute(statement, {"ids": ordered[start : start + CHUNK]}).scalars())
    return found


def _before_statement(work: Work, step: Step) -> sa.Select:
    tables = work.release.tables
    if step.how in ("many", "inverse many"):
        owner, links = (step.origin, step.name) if step.how == "many" else (step.to, step.link)
        pairs = tables.entity(owner).links(links)
        here, there = (pairs.c.source, pairs.c.target) if step.how == "many" else (pairs.c.target, pairs.c.source)
        return sa.select(here).where(among(work, there, "ids"))
    if step.how == "one":
        rows = all_rows(work, step.origin)
        return sa.select(rows.column("id")).where(among(work, rows.column(step.name), "ids"))
    rows = all_rows(work, step.to)
    statement = sa.select(rows.column(step.link)).where(among(work, rows.column("id"), "ids"))
    if work.model.entities[step.to].fields[step.link].points == "any":
        statement = statement.where(rows.column(step.link, "_entity") == step.origin)
    return statement.where(rows.column(step.link).is_not(None))


def _hold_new_ends(work: Work, found: Ways, stirred: Iterable[Stirred]) -> None:
    """What a new link leads to is held, so that whoever is changing it is waited for, or finds this link."""
    ends: dict[str, set[UUID]] = defaultdict(set)
    for each in stirred:
        for name, to in found.forward.get(each.entity, {}).items():
            if each.changed(name):
                ends[to].update(id for _, id in _ends((each.after or {}).get(name), to))
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
