"""Deleting records for good, and what becomes of those that point at them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records import storage
from customary.engine.records.formulas import derived
from customary.engine.records.kept import kept
from customary.engine.records.limits.leaving import check_leaving
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work
from customary.engine.records.writer import lines, store
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.shape import shape
from customary.engine.records.writer.targets import readable
from customary.engine.records.writer.update import claim


def delete(work: Work, entity: str, id: UUID, revision: int | None = None) -> None:
    """Deletes a record with its child rows; links to it are cleared, follow, or forbid it (`on_delete`)."""
    known, before = claim(work, entity, id, "delete", revision)
    draft = Draft(work, known, id, before, dict(before), {})
    draft.problems += lines.locked_by_parent(work, known, before)
    gone = _Gone(work)
    gone.collect(draft)
    check_leaving(work, draft, gone.deleted)
    if draft.problems:
        raise Refused(draft.problems)
    gone.carry_out()
    derived.settle(work)
    work.audit("deleted", entity, id, with_it=len(gone.deleted) - 1)


def erase_all(drafts: list[Draft]) -> None:
    """Deletes child rows that were left out of their parent, with what hangs on them."""
    for draft in drafts:
        gone = _Gone(draft.work)
        gone.collect(draft)
        check_leaving(draft.work, draft, gone.deleted)
        if draft.problems:
            raise Refused(draft.problems)
        gone.carry_out()


class _Gone:
    """All that goes with one record: what is deleted, and which links are cleared."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.deleted: dict[tuple[str, UUID], Draft] = {}
        self.cleared: list[tuple[Entity, Field, UUID, UUID]] = []

    def collect(self, draft: Draft, blame: Draft | None = None) -> None:
        """Gathers what goes with `draft`; what forbids it is noted at `blame`, the record asked for."""
        blame = blame or draft
        if (draft.entity, draft.id) in self.deleted:
            return
        self.deleted[draft.entity, draft.id] = draft
        for entity, each in pointing_at(self.work, draft.entity):
            found = holders_of(self.work, entity, each, draft.id)
            if found:
                self._treat(draft, blame, entity, each, found)

    def carry_out(self) -> None:
        """Clears links first, then deletes, children before parents."""
        for entity, each, holder, id in self.cleared:
            if (entity.name, holder) not in self.deleted:
                _clear(self.work, entity, each, holder, id)
        for draft in reversed(self.deleted.values()):
            store.erase(draft.work, draft)

    def _treat(self, draft: Draft, blame: Draft, entity: Entity, each: Field, found: list[UUID]) -> None:
        how = _on_delete(self.work, entity, each)
        if how == "clear":
            self.cleared += [(entity, each, holder, draft.id) for holder in found]
            return
        holders = [id for id in found if (entity.name, id) not in self.deleted]
        if how == "restrict":
            if holders and self._may_tell(entity, each, holders):
                words = {"count": len(holders), "entity": entity.plural, "field": each.label}
                blame.refuse(None, "is still used by {count} {entity} in {field}", **words)
            elif holders:
                blame.refuse(None, "is still used by records that you may not see")
            return
        work = self.work.because(parent=(draft.entity, draft.id))
        for values in storage.load_many(work, entity.name, holders):
            known = shape(work, entity.name)
            self.collect(Draft(work, known, values["id"], values, dict(values), {}), blame)

    def _may_tell(self, entity: Entity, each: Field, holders: list[UUID]) -> bool:
        """Whether the actor sees the field, and every record that holds it."""
        access = self.work.access
        if each.name in access.hidden(entity.name) or not access.may(entity.name, "read"):
            return False
        return len(readable(self.work, entity.name, holders)) == len(holders)


def pointing_at(work: Work, target: str) -> list[tuple[Entity, Field]]:
    """The fields that may link to records of an entity."""
    return kept(work, ("pointing at", target), lambda: _find_pointing(work, target))


def _find_pointing(work: Work, target: str) -> list[tuple[Entity, Field]]:
    found = []
    for entity in work.model.entities.values():
        for each in entity.fields.values():
            if each.system or each.formula is not None:
                continue
            if (each.points in ("one", "many") and each.to == target) or each.points == "any":
                found.append((entity, each))
    return found


def _on_delete(work: Work, entity: Entity, each: Field) -> str:
    if entity.child_of is not None:
        parent, name = entity.child_of
        if each.name == lines.link_of(work.model.entities[parent].fields[name])[1]:
            return "cascade"
    if each.points == "many":
        return "clear"
    return getattr(each, "on_delete", None) or "clear"


def holders_of(work: Work, entity: Entity, each: Field, id: UUID) -> list[UUID]:
    """The records whose field points at `id`, archived ones too."""
    table = work.release.tables.entity(entity.name)
    if each.points == "many":
        pairs = table.links(each.name)
        statement = sa.select(pairs.c.source).where(pairs.c.target == id).order_by(pairs.c.source)
    else:
        column = table.column(each.name)
        statement = sa.select(table.column("id")).where(column == id).order_by(table.column("id"))
    return list(work.connection.execute(statement).scalars())


def _clear(work: Work, entity: Entity, each: Field, holder: UUID, id: UUID) -> None:
    """Takes the link out of a record that stays: a change of its own, with a change row of its own."""
    values: Any = storage.load(work, entity.name, holder, lock=not work.is_sqlite)
    draft = Draft(work, shape(work, entity.name), holder, values, dict(values), {})
    if each.points == "many":
        draft.after[each.name] = tuple(target for target in values[each.name] if target != id)
    else:
        draft.after[each.name] = None
    store.save(work, draft, "updated")
