"""Who reads what was written: the ways back from a write to the records whose kept fields depend on it.

The records are found as sets. On PostgreSQL every record on the way is locked, in the order of their ids, so that a
link that moves meanwhile is seen too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.any_link import AnyLink
from customary.engine.model.dependence import Step
from customary.engine.records.formulas.stirred import Stirred
from customary.engine.records.formulas.ways import Kept, Way, Ways, ways
from customary.engine.records.kept import kept
from customary.engine.records.rows import all_rows, among
from customary.engine.records.storage import CHUNK
from customary.engine.records.work import Work


def readers_of(work: Work, written: Iterable[Stirred]) -> dict[Kept, set[UUID]]:
    """The kept fields that read what was written, and the records in which they do: new ones have all of theirs."""
    written = list(written)
    waiting: dict[Kept, set[UUID]] = defaultdict(set)
    for each in written:
        for name in work.model.entities[each.entity].fields if each.before is None else ():
            waiting[each.entity, name].add(each.id)
    await_readers(work, ways(work), written, waiting)
    return waiting


def await_new(found: Ways, stirred: Iterable[Stirred], waiting: dict[Kept, set[UUID]]) -> None:
    """Adds what new records work out from others."""
    for each in stirred:
        if each.before is None:
            for field in found.far.get(each.entity, ()):
                waiting[each.entity, field.name].add(each.id)


def await_readers(work: Work, found: Ways, stirred: Iterable[Stirred], waiting: dict[Kept, set[UUID]]) -> None:
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
    return {id for side in sides for entity, id in ends_of(side.get(step.link), step.origin) if entity == step.origin}


def ends_of(value: Any, entity: str) -> Iterator[tuple[str, UUID]]:
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
