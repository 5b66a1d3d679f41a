"""Child rows, edited inside their parent: made, changed and deleted with it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customary.engine.fields.field import Field
from customary.engine.records import storage
from customary.engine.records.refusal import FieldProblem
from customary.engine.records.work import Work
from customary.engine.records.writer import stages
from customary.engine.records.writer.draft import Draft
from customary.engine.records.writer.shape import Shape, shape


def draft_children(parent: Draft) -> None:
    """Drafts the given child rows, so that the parent is seen with them."""
    for name, rows in parent.children.items():
        each = parent.shape.entered[name]
        parent.lines[name] = _drafts(parent, each, rows)
        parent.scope.put_list(parent.id, name, each.to, (child.after for child in parent.lines[name]))


def check_children(parent: Draft) -> None:
    """Checks the drafted child rows; their problems become the parent's."""
    from customary.engine.records.writer.create import check_drafts
    from customary.engine.records.writer.update import check_update

    for children in parent.lines.values():
        new = [child for child in children if child.is_new]
        if new:
            check_drafts(new[0].work, new)
        for child in children:
            if not child.is_new:
                check_update(child)
            _check_right(child, "create" if child.is_new else "update")
            parent.problems += [problem for problem in child.problems if problem not in parent.problems]
    for child in parent.dropped:
        _check_right(child, "delete")
        parent.problems += [problem for problem in child.problems if problem not in parent.problems]


def write_children(work: Work, parents: list[Draft]) -> None:
    """Writes the child rows of written parents, and deletes those that were left out."""
    from customary.engine.records.writer.create import write_drafts
    from customary.engine.records.writer.delete import erase_all
    from customary.engine.records.writer.update import write_update

    for parent in parents:
        for children in parent.lines.values():
            inner = [child for child in children if child.is_new]
            if inner:
                write_drafts(inner[0].work, inner)
            for child in children:
                if not child.is_new:
                    write_update(child)
        erase_all(parent.dropped)


def link_of(each: Field) -> tuple[str, str]:
    """The child entity of a lines field and the field in which it names its parent."""
    return each.to, each.through


def locked_by_parent(work: Work, known: Shape, values: Mapping[str, Any]) -> list[FieldProblem]:
    """Holds the parent of a child row that is written by itself, and says when the parent's stage locks its rows."""
    if known.entity.child_of is None:
        return []
    entity, name = known.entity.child_of
    id = values.get(work.model.entities[entity].fields[name].through)
    found = storage.load(work, entity, id, lock=not work.is_sqlite) if id is not None else None
    if found is None:
        return []
    parent = Draft(work, shape(work, entity), found["id"], found, dict(found), {}, children={name: []})
    if parent.shape.entity.pipelines:
        stages.keep_locks(parent)
    return parent.problems


def changed(parent: Draft) -> bool:
    """Whether any child row is made, changed or deleted."""
    children = [child for drafts in parent.lines.values() for child in drafts]
    return bool(parent.dropped) or any(child.is_new or child.changes for child in children)


def _drafts(parent: Draft, each: Field, rows: list[Mapping[str, Any]]) -> list[Draft]:
    from customary.engine.records.writer.create import new_draft
    from customary.engine.records.writer.update import update_draft

    entity, link = link_of(each)
    work = parent.work.because(parent=(parent.entity, parent.id))
    known = shape(work, entity)
    there, unseen = _existing(parent, entity, link)
    new, kept = [], [update_draft(work, known, values, {}, (each.name, 0), parent) for values in unseen]
    for position, row in enumerate(rows):
        id = _id_of(row)
        values = {name: value for name, value in row.items() if name not in ("id", link)}
        inside = (each.name, position)
        if id is None:
            new.append(new_draft(work, known, {**values, link: parent.id}, inside, parent))
        elif id in there:
            kept.append(update_draft(work, known, there.pop(id), values, inside, parent))
        else:
            parent.refuse(each.name, "names a row that is not there any more")
    parent.dropped += [update_draft(work, known, values, {}, (each.name, 0), parent) for values in there.values()]
    return new + kept


def _existing(parent: Draft, entity: str, link: str) -> tuple[dict[UUID, dict[str, Any]], list[dict[str, Any]]]:
    """The rows that are there, by id; and apart from them those that the actor may not see: they stay as they are."""
    if parent.is_new:
        return {}, []
    found = storage.load_where(parent.work, entity, link, parent.id)
    there = {values["id"]: values for values in found if values["archived_at"] is None}
    if not parent.work.access.speaks_of(entity):
        return there, []
    unseen = [values for values in there.values() if not _may(parent, entity, "read", values)]
    return {id: values for id, values in there.items() if values not in unseen}, unseen


def _check_right(child: Draft, act: str) -> None:
    """Rows follow the rights of their parent, unless a role speaks of them."""
    if not child.work.access.speaks_of(child.entity) or (act == "update" and not child.changes):
        return
    sides = (child.after if act == "create" else child.before, child.after)
    if not all(_may(child, child.entity, act, values) for values in sides):
        child.refuse(None, _REFUSALS[act])


def _may(draft: Draft, entity: str, act: str, values: dict[str, Any]) -> bool:
    return draft.work.access.holds(entity, act, draft.scope.about(draft.scope.view(entity, values)))


def _id_of(row: Mapping[str, Any]) -> UUID | None:
    id = row.get("id")
    if id is None or id == "":
        return None
    try:
        return id if isinstance(id, UUID) else UUID(str(id))
    except ValueError:
        return UUID(int=0)


_REFUSALS = {
    "create": "may not be created by you",
    "update": "may not be changed by you",
    "delete": "may not be deleted by you",
}
