"""The other ends of links: that they exist, may be chosen, and may be seen by the one who links."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from customary.engine.access.hidden import target_of
from customary.engine.expressions import Expression
from customary.engine.fields.field import Field
from customary.engine.records.formulas.moving import moves
from customary.engine.records.kept import kept
from customary.engine.records.rows import all_rows, among, permission
from customary.engine.records.storage import CHUNK
from customary.engine.records.titles import reader_key
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft


def check_targets(work: Work, drafts: Iterable[Draft]) -> None:
    """Notes a problem at every changed link that leads nowhere: one query per target entity and condition."""
    wanted: dict[tuple[str, str, bool], tuple[Expression | None, set[UUID]]] = {}
    uses: list[tuple[Draft, Field, tuple[str, str, bool], UUID]] = []
    for draft in drafts:
        for each in draft.shape.links:
            if not draft.changed(each.name):
                continue
            for entity, id in _ends(work, draft, each):
                if _is_sure(draft, each, id):
                    continue
                if entity not in work.model.entities:
                    draft.refuse(each.name, "names a kind of record that does not exist")
                    continue
                where = getattr(each, "where", None)
                # What something is about may lie in the archive: its timeline goes on.
                key = (entity, where.text if where is not None else "", each.points == "any")
                wanted.setdefault(key, (where, set()))[1].add(id)
                uses.append((draft, each, key, id))
    found = {key: _choosable(work, key, where, ids) for key, (where, ids) in wanted.items()}
    for draft, each, key, id in uses:
        if id not in found[key]:
            draft.refuse(each.name, "names a record that does not exist or cannot be chosen")


def _is_sure(draft: Draft, each: Field, id: UUID) -> bool:
    """Whether an end needs no look: the actor, or the parent that is written together with this row."""
    if id in draft.sure or (each.part == "user" and id == draft.work.actor.id):
        return True
    return draft.parent is not None and id == draft.parent.id


def _ends(work: Work, draft: Draft, each: Field) -> list[tuple[str, UUID]]:
    """The ends this write adds; those that were there before may stay."""
    value = draft.after.get(each.name)
    if each.points == "any":
        return [(value.entity, value.id)] if value is not None else []
    target = target_of(work.model, draft.entity, each.name)
    if each.points == "many":
        old = set((draft.before or {}).get(each.name, ()))
        return [(target, id) for id in value or () if id not in old]
    return [(target, value)] if value is not None else []


def readable(work: Work, entity: str, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the records that the actor may read, archived ones too."""
    if work.access.unrestricted(entity, "read"):
        return set(ids)
    rows = all_rows(work, entity)
    statement = sa.select(rows.column("id")).where(
        among(work, rows.column("id"), "ids"), permission(work, rows, "read")
    )
    return set(work.connection.execute(statement, {"ids": sorted(ids)}).scalars())


def _choosable(work: Work, key: tuple[str, str, bool], where: Expression | None, ids: set[UUID]) -> set[UUID]:
    entity, _, archived = key
    alone = len(ids) == 1
    if where is not None and moves(work, entity, where):
        statement = _statement(work, entity, where, alone, archived)
    else:
        known = ("choosable", *key, reader_key(work), alone)
        statement = kept(work, known, lambda: _statement(work, entity, where, alone, archived))
    if alone:
        return set(work.connection.execute(statement, {"id": next(iter(ids))}).scalars())
    found: set[UUID] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        found.update(work.connection.execute(statement, {"ids": ordered[start : start + CHUNK]}).scalars())
    return found


def _statement(work: Work, entity: str, where: Expression | None, alone: bool, archived: bool) -> sa.Select:
    rows = all_rows(work, entity)
    id = rows.column("id")
    wanted = id == sa.bindparam("id") if alone else among(work, id, "ids")
    conditions = [wanted] if archived else [wanted, rows.column("archived_at").is_(None)]
    readable = permission(work, rows, "read")
    if readable is not None:
        conditions.append(readable)
    if where is not None:
        conditions.append(where.clause(rows, rows.values))
    return sa.select(rows.column("id")).select_from(rows.from_clause).where(*conditions)
