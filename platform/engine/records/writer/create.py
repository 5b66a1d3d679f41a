"""Making records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from customary.engine.records.formulas import derived
from customary.engine.records.identifier import new_id
from customary.engine.records.limits.rivals import check_rivals
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.records.writer import lines, rules, stages, store, tasks
from customary.engine.records.writer.accept import accept, fill_defaults
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.numbers import give_numbers
from customary.engine.records.writer.shape import Shape, shape
from customary.engine.records.writer.targets import check_targets
from customary.engine.records.writer.validate import drop_invisible, validate
from customary.engine.words import Reason

BATCH = 500
"""Records checked and written together."""


def create(
    work: Work, entity: str, values: Mapping[str, Any], to_read: bool = False, sure: Iterable[UUID] = ()
) -> UUID:
    """Makes a record and gives its id. Raises Refused with all that is wrong, Forbidden, Missing (no such entity).

    With `to_read` Missing is raised also when it could not be read by who makes it. The records that are `sure` may be
    linked to by somebody who may not read them: the caller knows that they are there, and chose them.
    """
    draft = new_draft(work, _known(work, entity), values)
    draft.sure = frozenset(sure)
    check_drafts(work, [draft])
    if draft.problems:
        raise Refused(draft.problems, 0)
    write_drafts(work, [draft])
    derived.settle(work)
    if to_read and not _may_read(draft):
        raise Missing(entity, draft.id)
    return draft.id


def create_many(
    work: Work,
    entity: str,
    rows: Iterable[Mapping[str, Any]],
    on_refused: Callable[[int, list[FieldProblem]], None] | None = None,
) -> list[UUID | None]:
    """Makes many records and gives their ids in order.

    One refused row refuses all (`Refused.row` is its position, from 0), unless `on_refused(position, problems)`
    is given: then it is told of every refused row, whose id is None, and the others are written.
    """
    known = _known(work, entity)
    made: list[UUID | None] = []
    batch: list[Mapping[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            made += _create_batch(work, known, batch, len(made), on_refused)
            batch = []
    return made + _create_batch(work, known, batch, len(made), on_refused)


def problems_of_new(work: Work, entity: str, values: Mapping[str, Any]) -> list[FieldProblem]:
    """What is wrong with a new record by itself, whatever other records there are. Nothing is written."""
    trial = work.connection.begin_nested()  # rules before the save may note whose turn it is
    try:
        draft = new_draft(work, _known(work, entity), values)
        validate(draft)
    finally:
        trial.rollback()
    return draft.problems


def _known(work: Work, entity: str) -> Shape:
    if entity not in work.model.entities:
        raise Missing(entity)
    if not all(work.access.may(entity, act) for act in _acts(work)):
        raise Forbidden(Reason("may not be created by you"))
    return shape(work, entity)


def _acts(work: Work) -> tuple[str, ...]:
    return ("create", "import") if work.cause.origin == "import" else ("create",)


def _may_read(draft: Draft) -> bool:
    return draft.work.access.holds(draft.entity, "read", RecordScope(draft.work, draft.entity, draft.after))


def _create_batch(
    work: Work,
    known: Shape,
    rows: list[Mapping[str, Any]],
    first: int,
    on_refused: Callable[[int, list[FieldProblem]], None] | None,
) -> list[UUID | None]:
    drafts = [new_draft(work, known, values) for values in rows]
    check_drafts(work, drafts)
    for position, draft in enumerate(drafts, first):
        if draft.problems:
            if on_refused is None:
                raise Refused(draft.problems, position)
            on_refused(position, draft.problems)
    write_drafts(work, [draft for draft in drafts if not draft.problems])
    derived.settle(work)
    return [None if draft.problems else draft.id for draft in drafts]


def new_draft(
    work: Work,
    known: Shape,
    values: Mapping[str, Any],
    inside: tuple[str, int] | None = None,
    parent: Draft | None = None,
) -> Draft:
    """A new record with its values taken over, defaults filled, stage entered and the rules before the save held."""
    id = new_id()
    after = {
        "id": id,
        "created_at": work.now,
        "created_by": work.actor.id,
        "updated_at": work.now,
        "updated_by": work.actor.id,
        "revision": 1,
    }
    draft = Draft(work, known, id, None, after, values, inside, parent)
    accept(draft)
    fill_defaults(draft, known.defaults)
    if known.entity.pipelines:
        stages.enter(draft)
        fill_defaults(draft, known.staged)
    drop_invisible(draft)
    rules.settle(draft)
    return draft


def check_drafts(work: Work, drafts: list[Draft]) -> None:
    """Notes all that is wrong with new records of one entity."""
    for draft in drafts:
        lines.check_children(draft)
        validate(draft)
    if drafts and drafts[0].inside is None and drafts[0].shape.entity.child_of is not None:
        for draft in drafts:
            draft.problems += lines.locked_by_parent(work, draft.shape, draft.after)
    check_targets(work, drafts)
    check_rivals(work, drafts)
    for draft in drafts:
        if draft.problems or draft.inside is not None:
            continue
        if not all(work.access.holds(draft.entity, act, draft.scope) for act in _acts(work)):
            draft.refuse(None, "may not be created by you with these values")


def write_drafts(work: Work, drafts: list[Draft]) -> None:
    """Writes checked new records with all that belongs to them."""
    if not drafts or (len(drafts) == 1 and _write_at_once(work, drafts[0])):
        return
    give_numbers(work, drafts)
    store.insert(work, drafts)
    lines.write_children(work, drafts)
    tasks.make_tasks(drafts)


def _write_at_once(work: Work, draft: Draft) -> bool:
    """Writes a record without rows of its own with the tasks of its stage and its number in one statement.

    Gives False, with nothing written, where that cannot be.
    """
    # A computed field that may read the number is worked out before the statement, and so is the number.
    if work.is_sqlite or any(draft.lines.values()) or (draft.shape.numbered and draft.shape.derived):
        return False
    made = tasks.draft_ahead(draft)
    if made is None:
        return False
    store.insert_at_once(work, [draft, *made])
    return True
