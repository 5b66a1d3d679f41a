"""Tasks that a stage asks for when a record enters it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from customary.engine.fields.any_link import AnyLink
from customary.engine.model.entity import Entity
from customary.engine.model.pipeline import StageTask
from customary.engine.records.refusal import Refused
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.shape import reads, shape


def make_tasks(drafts: list[Draft]) -> None:
    """Makes the tasks of the stages that were just entered, with all rights: they are the pipeline's doing."""
    from customary.engine.records.writer.create import write_drafts

    made = _drafts(drafts)
    _hold(made)
    if made:
        write_drafts(made[0].work, made)


def draft_ahead(draft: Draft) -> list[Draft] | None:
    """The checked tasks of a new record that does not lie in the database yet; None where they must come after it.

    They must when they tell its number, when what they say is looked up (the record could not be found yet), or
    when they are more than plain records.
    """
    wanted = _asked(draft)
    numbered = {each.name for each in draft.shape.numbered}
    if any(numbered & _read(draft, task) for task in wanted):
        return None
    if wanted and shape(draft.work, draft.work.model.playing("task").name).rules:
        return None  # they may look for the record, and may take a turn only once
    draft.scope.looked.clear()
    made = _drafts([draft])
    if draft.scope.looked or any(not _is_plain(each) for each in made):
        return None
    _hold(made)
    return made


def _asked(draft: Draft) -> tuple[StageTask, ...]:
    if draft.entered is None or draft.work.model.playing("task") is None:
        return ()
    pipeline, stage = draft.entered
    return pipeline.stages[stage].tasks


def _drafts(drafts: list[Draft]) -> list[Draft]:
    """The drafts of the tasks that these records ask for, checked."""
    from customary.engine.records.writer.create import check_drafts, new_draft

    made: list[Draft] = []
    for draft in drafts:
        for task in _asked(draft):
            work = draft.work.as_system().because(parent=(draft.entity, draft.id))
            entity = work.model.playing("task")
            one = new_draft(work, shape(work, entity.name), _values(entity, task, draft))
            one.sure = frozenset((draft.id, *(value for value in draft.after.values() if isinstance(value, UUID))))
            made.append(one)
    if made:
        check_drafts(made[0].work, made)
    return made


def _hold(made: list[Draft]) -> None:
    for draft in made:
        if draft.problems:
            raise Refused(draft.problems)


def _read(draft: Draft, task: StageTask) -> frozenset[str]:
    """The fields of the record that a task tells."""
    parts = (task.title, task.due, task.owner)
    return frozenset().union(*(reads(draft.shape.entity, each) for each in parts if each is not None))


def _is_plain(task: Draft) -> bool:
    known = task.shape
    return not (known.numbered or known.entity.pipelines or known.entity.child_of or task.scope.looked)


def _values(entity: Entity, task: StageTask, draft: Draft) -> dict[str, Any]:
    values: dict[str, Any] = {}
    title = next((name for name in ("title", "name", "subject") if name in entity.fields), None)
    if title:
        values[title] = task.title.render(draft.scope)
    if task.due is not None and "due" in entity.fields:
        values["due"] = task.due.evaluate(draft.scope)
    if task.owner is not None and "owner" in entity.fields:
        values["owner"] = entity.fields["owner"].take(task.owner.evaluate(draft.scope))
    for name, each in entity.fields.items():
        if each.kind == "any_link" and name == "about":
            values[name] = AnyLink(draft.entity, draft.id)
    return values
