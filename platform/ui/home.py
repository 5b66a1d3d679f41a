"""The home page: my open tasks, my open records, and what happened lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.automation import inputs_of, lone_buttons
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.model.workflow import Workflow
from customary.engine.records.reader.recent import Recent, recent
from customary.engine.records.record import Query, Record, Titles
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk

TASKS = 60
OPEN_RECORDS = 8
WHENS = ("overdue", "today", "later", "undated")


@dataclass(frozen=True, slots=True)
class Chore:
    """What the entity that plays task calls things: whose it is, until when, and whether it is done."""

    entity: Entity
    owner: Field
    done: Field
    due: Field | None


@dataclass(frozen=True, slots=True)
class Task:
    """One open task of mine."""

    record: Record
    due: date | datetime | None
    when: str


@dataclass(frozen=True, slots=True)
class Mine:
    """My open records of one entity that has a pipeline, and the few facts that stand beside their titles."""

    entity: Entity
    records: tuple[Record, ...]
    facts: tuple[Field, ...]
    titles: Titles
    count: int
    may_create: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    tasks: Mapping[str, list[Task]]
    titles: Titles
    mine: list[Mine]
    recent: Recent
    chore: Chore | None
    buttons: tuple[Workflow, ...]
    """Rules about no record that this person may start."""
    asking: frozenset[str]
    shown: ClassVar[Mapping[str, int]] = {"overdue": 6, "today": 8, "later": 4, "undated": 3}
    """How many tasks of each part stand on the page; the rest is one click away."""


@get("/")
async def home(desk: AtDesk) -> Response:
    found = await desk.read(_home, desk.locale)
    return desk.page(
        "page_home.html", here="home", home=found, now=desk.now, hour=desk.now.astimezone(desk.locale.zone).hour
    )


@post("/home/done/{id:uuid}", status_code=200)
async def finish(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Ticks a task of mine off; with `undo` it is open again."""
    undo = "undo" in request.query_params
    await desk.write(_finish, id, not undo)
    if not desk.htmx:
        return desk.redirect("/")
    if undo:
        desk.toast(desk.say("The task is open again"), kind="info")
        desk.event("taskschanged")
        return desk.nothing()
    desk.toast(desk.say("Task done"), undo=f"/home/done/{id}?undo=1")
    return desk.part("part_home_tasks.html", home=await desk.read(_home, desk.locale), now=desk.now)


@get("/home/tasks")
async def tasks(desk: AtDesk) -> Response:
    return desk.part("part_home_tasks.html", home=await desk.read(_home, desk.locale), now=desk.now)


def _home(work: Work, locale: Locale) -> Home:
    chore = _chore(work)
    grouped, titles = _tasks(work, chore, locale) if chore else ({}, {})
    buttons = lone_buttons(work)
    asking = frozenset(each.name for each in buttons if inputs_of(each))
    return Home(grouped, titles, list(_mine(work)), recent(work, 12), chore, buttons, asking)


def _finish(work: Work, id: UUID, done: bool) -> None:
    chore = _chore(work)
    if chore is None:
        raise Missing("task", id)
    records.update(work, chore.entity.name, id, {chore.done.name: done})


def _chore(work: Work) -> Chore | None:
    entity = work.model.playing("task")
    if entity is None or not work.access.may(entity.name, "read"):
        return None
    owner = _owner(work, entity)
    done = _first(work, entity, ("boolean",), "done")
    return Chore(entity, owner, done, _first(work, entity, ("datetime", "date"), "due")) if owner and done else None


def _tasks(work: Work, chore: Chore, locale: Locale) -> tuple[dict[str, list[Task]], Titles]:
    where = records.compile_where(work, chore.entity.name, f"{chore.owner.name} == user && !{chore.done.name}")
    sort = ((chore.due.name, False),) if chore.due else ()
    page = records.select(work, chore.entity.name, Query(where=where, sort=sort, limit=TASKS))
    grouped: dict[str, list[Task]] = {when: [] for when in WHENS}
    for record in page.records:
        due = record.values.get(chore.due.name) if chore.due else None
        task = Task(record, due, when(due, work.now, locale))
        grouped[task.when].append(task)
    return grouped, page.titles


def when(due: date | datetime | None, now: datetime, locale: Locale) -> str:
    """Where a task stands: overdue, today, later or undated."""
    if due is None:
        return "undated"
    today = now.astimezone(locale.zone).date()
    day = due.astimezone(locale.zone).date() if isinstance(due, datetime) else due
    if day < today or (isinstance(due, datetime) and due < now):
        return "overdue"
    return "today" if day == today else "later"


def _mine(work: Work) -> Any:
    """One part for each entity with a pipeline whose records belong to somebody."""
    for entity in work.model.entities.values():
        owner = _owner(work, entity)
        may_ask = work.access.may(entity.name, "read") and "open" not in work.access.hidden(entity.name)
        if not entity.pipelines or owner is None or not may_ask:
            continue
        where = records.compile_where(work, entity.name, f"{owner.name} == user && open")
        facts = _facts(work, entity, owner)
        date_ = next((each for each in facts if each.kind in ("date", "datetime")), None)
        sort = ((date_.name, False),) if date_ else ()
        query = Query(where=where, sort=sort, limit=OPEN_RECORDS, count="exact")
        page = records.select(work, entity.name, query)
        may_create = work.access.may(entity.name, "create")
        if page.records or may_create:
            yield Mine(entity, page.records, facts, page.titles, page.count or len(page.records), may_create)


def _facts(work: Work, entity: Entity, owner: Field) -> tuple[Field, ...]:
    """The stage, then one link, one date and one amount out of the highlights."""
    hidden = work.access.hidden(entity.name)
    names = [name for name in entity.highlights if name in entity.fields and name not in hidden and name != owner.name]
    fields = [entity.fields[name] for name in names]
    groups = (("link",), ("date", "datetime"), ("money", "decimal", "integer"))
    chosen = (next((each for each in fields if each.kind in kinds), None) for kinds in groups)
    return tuple(each for each in chosen if each is not None)


def _owner(work: Work, entity: Entity) -> Field | None:
    return _first(work, entity, ("user",), "owner")


def _first(work: Work, entity: Entity, kinds: tuple[str, ...], name: str) -> Field | None:
    """The field of that name, or the first of these kinds that people enter; None where it is hidden."""
    fields = [each for each in entity.fields.values() if each.kind in kinds and each.entered]
    found = next((each for each in fields if each.name == name), fields[0] if fields else None)
    return None if found is None or found.name in work.access.hidden(entity.name) else found


handlers = [home, finish, tasks]
