"""What happened to a record: its changes, and the activities and tasks that are about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.model import Entity
from customary.engine.records import changes
from customary.engine.records.changes import Change, change
from customary.engine.records.kept import kept
from customary.engine.records.record import Record, Titles
from customary.engine.records.rows import all_rows, permission
from customary.engine.records.select import get, load_records
from customary.engine.records.titles import titles
from customary.engine.records.work import Work


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline: a change of the record itself, or a record that is about it."""

    at: datetime
    change: Change | None = None
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries, the newest first. `next` is the moment to ask for what came before, None at the beginning.

    `titles` names everyone and everything that the entries mention by id.
    """

    entries: tuple[Happening, ...]
    next: datetime | None
    titles: Titles


def history(work: Work, entity: str, id: UUID, before: datetime | None = None, limit: int = 50) -> list[Change]:
    """The changes of a record that the actor may read, the newest first. Fields hidden from the actor are left out.

    Raises Missing. The history of a deleted record is open to admins only.
    """
    if not (work.access.admin and entity in work.model.entities):
        get(work, entity, id)
    return _changes(work, entity, id, before, max(1, min(limit, 500)))


def timeline(work: Work, entity: str, id: UUID, before: datetime | None = None, limit: int = 30) -> Timeline:
    """The changes of a record together with activities and tasks about it, the newest first. Raises Missing."""
    get(work, entity, id)
    limit = max(1, min(limit, 200))
    found = [Happening(each.at, change=each) for each in _changes(work, entity, id, before, limit + 1)]
    for other, link in _telling(work, entity):
        found += _records(work, other, link, entity, id, before, limit + 1)
    found.sort(key=lambda each: each.at, reverse=True)
    shown = tuple(found[:limit])
    following = shown[-1].at if len(found) > limit else None
    return Timeline(shown, following, _titles(work, shown))


def _changes(work: Work, entity: str, id: UUID, before: datetime | None, limit: int) -> list[Change]:
    statement = sa.select(change).where(change.c.record == id)
    if before is not None:
        statement = statement.where(change.c.at < before)
    statement = statement.order_by(change.c.id.desc()).limit(limit)
    found = [changes.read_change(work, row) for row in work.connection.execute(statement).mappings()]
    fields, hidden = work.model.entities[entity].fields, work.access.hidden(entity)
    out = hidden | {each.name for each in fields.values() if not each.history}
    masked = (_without(each, out) if out else each for each in found)
    return [each for each in masked if each.names or each.kind != "updated"]


def _without(each: Change, names: frozenset[str]) -> Change:
    before = {name: value for name, value in each.before.items() if name not in names}
    after = {name: value for name, value in each.after.items() if name not in names}
    return Change(
        each.id, each.at, each.entity, each.record, each.kind, before, after, each.actor, each.cause, each.release
    )


def _telling(work: Work, entity: str) -> list[tuple[Entity, str]]:
    """The entities whose records belong on a timeline, and the field that says whose."""
    found = []
    for other in work.model.entities.values():
        if other.plays not in ("activity", "task") or other.name == entity or not work.access.may(other.name, "read"):
            continue
        for each in other.fields.values():
            about_any = each.points == "any" and (not each.to or entity in each.to)
            about_this = each.points == "one" and each.to == entity
            if (about_any or about_this) and each.name not in work.access.hidden(other.name):
                found.append((other, each.name))
    return found


def _records(
    work: Work, other: Entity, link: str, entity: str, id: UUID, before: datetime | None, limit: int
) -> list[Happening]:
    """The newest records about this one: activities by when they took place, others by when they were made."""
    moment = next((name for name in ("at", "happened_at") if _is_moment(other, name)), "created_at")

    def make() -> sa.Select:
        return _about(work, other, link, entity, moment, before is not None)

    key = ("about", other.name, link, entity, moment, before is not None, work.access.roles, work.actor.id)
    statement = kept(work, (*key, work.access.is_system), make)
    parameters = {"about": id, "size": limit} | ({"before": before} if before is not None else {})
    ids = list(work.connection.execute(statement, parameters).scalars())
    return [Happening(each.values[moment], record=each) for each in load_records(work, other.name, ids)]


def _is_moment(other: Entity, name: str) -> bool:
    return name in other.fields and other.fields[name].kind == "datetime" and other.fields[name].required is True


def _about(work: Work, other: Entity, link: str, entity: str, moment: str, paged: bool) -> sa.Select:
    rows = all_rows(work, other.name)
    statement = sa.select(rows.column("id")).select_from(rows.from_clause)
    statement = statement.where(rows.column(link) == sa.bindparam("about"), rows.column("archived_at").is_(None))
    if other.fields[link].points == "any":
        statement = statement.where(rows.column(link, "_entity") == entity)
    if paged:
        statement = statement.where(rows.column(moment) < sa.bindparam("before"))
    readable = permission(work, rows, "read")
    if readable is not None:
        statement = statement.where(readable)
    return statement.order_by(rows.column(moment).desc(), rows.column("id").desc()).limit(
        sa.bindparam("size", type_=sa.Integer)
    )


def _titles(work: Work, entries: tuple[Happening, ...]) -> Titles:
    """Names of those who acted, and of records that changed links mention."""
    wanted: set[tuple[str, UUID]] = set()
    people = work.model.playing("user")
    found: dict[tuple[str, UUID], str] = {}
    for entry in entries:
        if entry.record is not None:
            found |= entry.record.titles
        elif entry.change is not None:
            if people is not None and entry.change.actor is not None:
                wanted.add((people.name, entry.change.actor))
            wanted |= _mentioned(work, entry.change)
    return found | dict(titles(work, wanted))


def _mentioned(work: Work, each: Change) -> set[tuple[str, UUID]]:
    declared = work.model.entities.get(each.entity)
    found: set[tuple[str, UUID]] = set()
    for values in (each.before, each.after):
        for name, value in values.items():
            field = declared.fields.get(name) if declared is not None else None
            if field is None or not value:
                continue
            if field.points == "one":
                found.add((field.to, UUID(value)))
            elif field.points == "many":
                found.update((field.to, UUID(id)) for id in value)
            elif field.points == "any":
                found.add((value["entity"], UUID(value["id"])))
    return found
