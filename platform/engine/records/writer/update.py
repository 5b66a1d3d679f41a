"""Changing records: their values, their stage, whether they are archived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from customary.engine.records import storage
from customary.engine.records.deciding import approvals
from customary.engine.records.formulas import derived
from customary.engine.records.limits.leaving import check_leaving
from customary.engine.records.limits.rivals import check_rivals
from customary.engine.records.limits.sign_in_address import check_sign_in_address
from customary.engine.records.limits.tree import check_tree, hold_tree
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.records.writer import lines, rules, stages, store, tasks
from customary.engine.records.writer.accept import accept
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.shape import Shape, shape
from customary.engine.records.writer.targets import check_targets
from customary.engine.records.writer.validate import drop_invisible, validate
from customary.engine.words import Reason


def update(
    work: Work,
    entity: str,
    id: UUID,
    values: Mapping[str, Any],
    revision: int | None = None,
    given: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    to_read: bool = False,
) -> int:
    """Changes the given values of a record and gives its revision, which is the old one when nothing differs.

    `revision` is what the writer had seen: Stale is raised when it is no longer the record's. With `given` the values,
    of which only the names are known before, are worked out from the record as it is when nobody else can write it any
    more. Raises Refused with all that is wrong, Missing, Forbidden; with `to_read` Missing also when the writer could
    not read it any more.
    """
    hold_tree(work, entity, values)
    known, before = claim(work, entity, id, "update", revision)
    if before["archived_at"] is not None and not work.actor.is_system:
        raise Forbidden(Reason("is archived: restore it first"))
    guard = lines.locked_by_parent(work, known, before)
    draft = update_draft(work, known, before, values if given is None else given(before))
    check_update(draft)
    if draft.changes or lines.changed(draft):
        draft.problems += guard
    if draft.problems:
        raise Refused(draft.problems)
    write_update(draft)
    derived.settle(work)
    if to_read and not work.access.holds(entity, "read", RecordScope(work, entity, draft.after)):
        raise Missing(entity, id)
    return draft.after["revision"]


def move(
    work: Work,
    entity: str,
    id: UUID,
    stage: str,
    values: Mapping[str, Any] | None = None,
    revision: int | None = None,
    to_read: bool = False,
) -> int:
    """Moves a record to a stage of its pipeline, with values that the stage may ask for."""
    return update(work, entity, id, {**(values or {}), "stage": stage}, revision, to_read=to_read)


def archive(work: Work, entity: str, id: UUID, revision: int | None = None) -> int:
    """Takes a record out of lists, pickers and uniqueness; it stays what it is."""
    known, before = claim(work, entity, id, "update", revision)
    if before["archived_at"] is not None:
        return before["revision"]
    return _save_archived(work, known, before, "archived")


def restore(work: Work, entity: str, id: UUID, revision: int | None = None) -> int:
    """Brings an archived record back. Raises Refused when a value that must be unique was taken meanwhile."""
    known, before = claim(work, entity, id, "update", revision)
    if before["archived_at"] is None:
        return before["revision"]
    return _save_archived(work, known, before, "restored")


def claim(work: Work, entity: str, id: UUID, act: str, revision: int | None) -> tuple[Shape, dict[str, Any]]:
    """Holds a record for `act` to the end of the transaction, and gives its values."""
    if entity not in work.model.entities:
        raise Missing(entity, id)
    _hold_parent(work, entity, id)
    before = storage.load(work, entity, id, lock=not work.is_sqlite)
    scope = None
    if before is not None and not work.access.unrestricted(entity, "read"):
        scope = RecordScope(work, entity, dict(before))
        if not work.access.holds(entity, "read", scope):
            before = None
    if before is None:
        raise Missing(entity, id)
    if not work.access.unrestricted(entity, act):
        scope = scope or RecordScope(work, entity, dict(before))
        if not work.access.holds(entity, act, scope):
            raise Forbidden(Reason(_REFUSALS[act]))
    if revision is not None and revision != before["revision"]:
        raise Stale(before["revision"])
    return shape(work, entity), before


def update_draft(
    work: Work,
    known: Shape,
    before: dict[str, Any],
    values: Mapping[str, Any],
    inside: tuple[str, int] | None = None,
    parent: Draft | None = None,
) -> Draft:
    """An existing record with the given values taken over, its stage entered and the rules before the save held."""
    draft = Draft(work, known, before["id"], before, dict(before), values, inside, parent)
    accept(draft)
    if known.entity.pipelines:
        stages.enter(draft)
    drop_invisible(draft)
    rules.settle(draft)
    return draft


def check_update(draft: Draft) -> None:
    """Notes all that is wrong with a changed record."""
    work = draft.work
    lines.check_children(draft)
    validate(draft)
    if not draft.changes:
        return
    check_targets(work, [draft])
    check_tree(work, draft)
    check_sign_in_address(draft)
    check_rivals(work, [draft])
    restricted = draft.inside is None and not work.access.unrestricted(draft.entity, "update")
    if restricted and not draft.problems and not work.access.holds(draft.entity, "update", draft.scope):
        draft.refuse(None, "would no longer be yours to change")


def write_update(draft: Draft) -> None:
    """Writes a checked change; nothing is written when nothing differs."""
    if draft.changes or lines.changed(draft):
        store.save(draft.work, draft, "moved" if draft.entered is not None else "updated")
        lines.write_children(draft.work, [draft])
        tasks.make_tasks([draft])
        if draft.entered is not None:
            approvals.close(draft.work, draft.shape.entity, draft.id)


def _save_archived(work: Work, known: Shape, before: dict[str, Any], kind: str) -> int:
    draft = Draft(work, known, before["id"], before, dict(before), {})
    draft.after["archived_at"] = work.now if kind == "archived" else None
    if kind == "restored":
        check_rivals(work, [draft])
    else:
        rules.settle(draft)
        if draft.changes:
            check_update(draft)
        check_leaving(work, draft, [(draft.entity, draft.id)])
    draft.problems += lines.locked_by_parent(work, known, before)
    if draft.problems:
        raise Refused(draft.problems)
    store.save(work, draft, kind)
    derived.settle(work)
    return draft.after["revision"]


def _hold_parent(work: Work, entity: str, id: UUID) -> None:
    """Locks the parent of a child row before the row itself, as a write of the parent does: no two wait in a circle."""
    child_of = work.model.entities[entity].child_of
    if child_of is None or work.is_sqlite:
        return
    parent, name = child_of
    values = storage.load(work, entity, id)
    above = values.get(work.model.entities[parent].fields[name].through) if values is not None else None
    if above is not None:
        storage.load(work, parent, above, lock=True)


_REFUSALS = {"update": "may not be changed by you", "delete": "may not be deleted by you"}
