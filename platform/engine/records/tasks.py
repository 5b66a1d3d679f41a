"""Tasks that a stage asks for when a record enters it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from customary.engine.fields.any_link import AnyLink
from customary.engine.model.model import Entity, StageTask
from customary.engine.records.draft import Draft
from customary.engine.records.work import Work


def make_tasks(drafts: list[Draft]) -> None:
    """Makes the tasks of the stages that were just entered, with all rights: they are the pipeline's doing."""
    from customary.engine.records.create import create_together

    wanted: list[tuple[Work, dict[str, Any], frozenset[UUID]]] = []
    for draft in drafts:
        if draft.entered is None:
            continue
        pipeline, stage = draft.entered
        entity = draft.work.model.playing("task")
        if entity is None or not pipeline.stages[stage].tasks:
            continue
        work = draft.work.as_system().because(parent=(draft.entity, draft.id))
        sure = frozenset((draft.id, *(value for value in draft.after.values() if isinstance(value, UUID))))
        wanted += [(work, _values(work, entity, task, draft), sure) for task in pipeline.stages[stage].tasks]
    if wanted:
        create_together(wanted[0][0].model.playing("task").name, wanted)


def _values(work: Work, entity: Entity, task: StageTask, draft: Draft) -> dict[str, Any]:
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
