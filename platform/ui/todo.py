"""What is to be done next about each of several records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from customary.engine import records
from customary.engine.model.entity import Entity
from customary.engine.records.work import Work
from customary.ui.record.composer import about_field, fields_by_part

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """An open task: its title, when it is due, and whether that is past."""

    title: str
    due: datetime | date | None
    late: bool


def next_of(work: Work, entity: Entity, ids: Iterable[UUID]) -> Mapping[UUID, Todo]:
    """The open task that is due first, of each record that has one."""
    tasks = work.model.playing("task")
    about = about_field(work, tasks, entity) if tasks is not None else None
    listed = ", ".join(f'"{id}"' for id in ids)
    if tasks is None or about is None or not listed or not work.access.may(tasks.name, "read"):
        return {}
    parts, hidden = fields_by_part(tasks), work.access.hidden(tasks.name)
    due, done = (field if field and field.name not in hidden else None for field in (parts["when"], parts["done"]))
    open_only = f"{done.name} != true && " if done else ""
    query = records.Query(
        where=records.compile_where(work, tasks.name, f"{open_only}{about.name} in [{listed}]"),
        sort=((due.name, False),) if due else (),
        limit=MOST,
    )
    found: dict[UUID, Todo] = {}
    for task in records.select(work, tasks.name, query).records:
        pointed = task.values[about.name]
        when = task.values.get(due.name) if due else None
        todo = Todo(title=task.title, due=when, late=_is_past(when, work.now))
        found.setdefault(getattr(pointed, "id", pointed), todo)
    return found


def _is_past(when: datetime | date | None, now: datetime) -> bool:
    if when is None:
        return False
    return when < now if isinstance(when, datetime) else when < now.date()
