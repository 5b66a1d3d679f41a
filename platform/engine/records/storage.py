"""Rows of an entity's table as values and back: the one place that knows how records lie in tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import gathered
from customary.engine.records.kept import kept
from customary.engine.records.rows import among
from customary.engine.records.work import Work

CHUNK = 500
"""Ids in one statement."""


def load(work: Work, entity: str, id: UUID, lock: bool = False) -> dict[str, Any] | None:
    """The values of one record, many-to-many links included, or None. `lock` holds it to the end of the transaction."""
    if lock and (many := _many(work, entity)):
        return _load_locked(work, entity, id, many)
    statement = kept(work, ("load", entity, lock), lambda: _load_one(work, entity, lock))
    row = work.connection.execute(statement, {"id": id}).mappings().first()
    if row is None:
        return None
    values = dict(_table(work, entity).load(row))
    add_links(work, entity, [values])
    return values


def is_there(work: Work, entity: str, id: UUID) -> bool:
    """Whether there is a record with this id, archived or not."""
    statement = kept(work, ("is there", entity), lambda: _ask_one(work, entity))
    return work.connection.execute(statement, {"id": id}).first() is not None


def are_there(work: Work, entity: str, ids: Iterable[UUID]) -> set[UUID]:
    """Those of some ids that there is a record with, archived or not."""
    statement = kept(work, ("are there", entity), lambda: _ask_some(work, entity))
    return set(work.connection.execute(statement, {"ids": sorted(ids)}).scalars())


def load_many(work: Work, entity: str, ids: Iterable[UUID], lock: bool = False) -> list[dict[str, Any]]:
    """The records with these ids, in their order; ids that are not there are left out."""
    ids, found = list(ids), {}
    table = _table(work, entity)
    statement = kept(work, ("load many", entity, lock), lambda: _load_some(work, entity, lock))
    for start in range(0, len(ids), CHUNK):
        # Locks are taken in id order, so that two writers never wait for each other in a circle.
        rows = work.connection.execute(statement, {"ids": sorted(ids[start : start + CHUNK])}).mappings()
        found |= {values["id"]: values for values in (dict(table.load(row)) for row in rows)}
    add_links(work, entity, list(found.values()))
    return [found[id] for id in ids if id in found]


def load_where(work: Work, entity: str, link: str, id: UUID) -> list[dict[str, Any]]:
    """The records whose `link` is `id`, oldest first, archived ones included."""
    table = _table(work, entity)

    def make() -> sa.Select:
        where = table.column(link) == sa.bindparam("target")
        return sa.select(table.table).where(where).order_by(table.column("id"))

    statement = kept(work, ("load where", entity, link), make)
    found = [dict(table.load(row)) for row in work.connection.execute(statement, {"target": id}).mappings().all()]
    add_links(work, entity, found)
    return found


def load_below(work: Work, entity: str, link: str, id: UUID) -> list[dict[str, Any]]:
    """The records that `link` leads to the record `id` from, in any number of steps, oldest first."""
    table = _table(work, entity)
    statement = kept(work, ("below", entity, link), lambda: below(table, link))
    found = work.connection.execute(statement, {"top": id}).scalars().all()
    return load_many(work, entity, sorted(found))


def below(table: Any, link: str) -> sa.Select:
    """The ids of all that `link` leads to the record `top` from."""
    rows = table.table.alias()
    link_column, key = rows.c[table.column_name(link)], rows.c[table.column_name("id")]
    found = sa.select(key.label("id")).where(link_column == sa.bindparam("top")).cte("below", recursive=True)
    return sa.select(found.union(sa.select(key).where(link_column == found.c.id)).c.id)


def load_sources(work: Work, entity: str, links: str, id: UUID) -> list[dict[str, Any]]:
    """The records whose many-to-many field `links` holds `id`."""
    pairs = _table(work, entity).links(links)
    found = work.connection.execute(sa.select(pairs.c.source).where(pairs.c.target == id)).scalars().all()
    return load_many(work, entity, found)


def load_all(work: Work, entity: str) -> list[dict[str, Any]]:
    """Every record that is not archived."""
    table = _table(work, entity)
    statement = sa.select(table.table).where(table.column("archived_at").is_(None)).order_by(table.column("id"))
    found = [dict(table.load(row)) for row in work.connection.execute(statement).mappings().all()]
    add_links(work, entity, found)
    return found


def add_links(work: Work, entity: str, records: list[dict[str, Any]]) -> None:
    """Puts the many-to-many links into the records: one query a field."""
    if not records:
        return
    for name in _many(work, entity):
        targets = targets_of(work, entity, name, [values["id"] for values in records])
        for values in records:
            values[name] = tuple(targets.get(values["id"], ()))


def targets_of(work: Work, entity: str, links: str, ids: list[UUID]) -> Mapping[UUID, list[UUID]]:
    """What the many-to-many field `links` of these records holds, in the order of ids."""
    pairs = _table(work, entity).links(links)
    found: dict[UUID, list[UUID]] = defaultdict(list)
    statement = kept(work, ("links", entity, links), lambda: _pairs(work, pairs))
    for start in range(0, len(ids), CHUNK):
        for source, target in work.connection.execute(statement, {"ids": ids[start : start + CHUNK]}).all():
            found[source].append(target)
    return found


def _table(work: Work, entity: str) -> Any:
    return work.release.tables.entity(entity)


def _many(work: Work, entity: str) -> tuple[str, ...]:
    fields = work.model.entities[entity].fields.values()
    return kept(work, ("many", entity), lambda: tuple(each.name for each in fields if each.points == "many"))


def _load_locked(work: Work, entity: str, id: UUID, many: tuple[str, ...]) -> dict[str, Any] | None:
    """A record held to the end of the transaction, with its links in the same statement.

    Whoever had to wait is given the row of after the wait, but links, and the revision beside them, of before it:
    where the revisions differ, the links are asked for anew. Nothing changes links but under a new revision.
    """
    statement = kept(work, ("load locked", entity), lambda: _load_with_links(work, entity, many))
    row = work.connection.execute(statement, {"id": id}).first()
    if row is None:
        return None
    values = dict(_table(work, entity).load(row))
    *targets, revision = row[-len(many) - 1 :]
    values |= zip(many, targets, strict=True)
    if revision != values["revision"]:
        add_links(work, entity, [values])
    return values


def _load_with_links(work: Work, entity: str, many: tuple[str, ...]) -> sa.Select:
    table = _table(work, entity)
    seen = table.table.alias("seen")
    revision = sa.select(seen.c.revision).where(seen.c.id == table.column("id")).scalar_subquery()
    links = [_targets(table.links(name), table.column("id")) for name in many]
    statement = sa.select(table.table, *links, revision).where(table.column("id") == sa.bindparam("id"))
    return statement.with_for_update(of=table.table)


def _targets(pairs: sa.Table, id: sa.ColumnElement) -> sa.ColumnElement:
    found = sa.select(pairs.c.target.label("id")).where(pairs.c.source == id).order_by(pairs.c.target)
    return gathered(found.scalar_subquery())


def _load_one(work: Work, entity: str, lock: bool) -> sa.Select:
    table = _table(work, entity)
    statement = sa.select(table.table).where(table.column("id") == sa.bindparam("id"))
    return statement.with_for_update() if lock else statement


def _ask_one(work: Work, entity: str) -> sa.Select:
    id = _table(work, entity).column("id")
    return sa.select(id).where(id == sa.bindparam("id"))


def _ask_some(work: Work, entity: str) -> sa.Select:
    id = _table(work, entity).column("id")
    return sa.select(id).where(among(work, id, "ids"))


def _load_some(work: Work, entity: str, lock: bool) -> sa.Select:
    table = _table(work, entity)
    statement = sa.select(table.table).where(among(work, table.column("id"), "ids"))
    return statement.order_by(table.column("id")).with_for_update() if lock else statement


def _pairs(work: Work, pairs: sa.Table) -> sa.Select:
    where = among(work, pairs.c.source, "ids")
    return sa.select(pairs.c.source, pairs.c.target).where(where).order_by(pairs.c.target)
