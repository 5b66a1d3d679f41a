"""The rules and what they did: each run with what came in, its steps and their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from customary.engine import records
from customary.engine.automation.log import Run, StepTaken, find_run, input_of, runs_of, step_log
from customary.engine.fields.field import Field, Refusal
from customary.engine.model.model import Entity, Workflow
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Words
from customary.ui.desk import Desk
from customary.ui.timeline import Difference, differences

SIZE = 50
STATUSES = ("done", "due", "stopped", "failed")
COLOURS = {"done": "green", "due": "blue", "stopped": "amber", "failed": "red", "skipped": "grey", "undone": "grey"}
HERE = "workflows"
UNTOLD = frozenset({"revision", "message_id"})
"""Names in a step's data that tell people nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A run in the list. `workflow` is None for one whose rule is not declared any more."""

    run: Run
    workflow: Workflow | None
    entity: Entity | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A named value of a step's input or result; `link` is the address of the record it means."""

    label: str | Words
    text: str = ""
    link: str = ""
    field: Field | None = None
    value: Any = None
    """The value, where it is one of a field that today's definitions know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step that was taken, with what went in and what came out."""

    step: StepTaken
    given: tuple[Detail, ...]
    result: tuple[Detail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """A run in full. What it carried is for those only who may see everything."""

    shown: Shown
    differences: tuple[Difference, ...]
    kind: str
    steps: tuple[ShownStep, ...]
    who: str
    titles: Mapping[tuple[str, UUID], str]
    open: bool


@get("/workflows")
async def workflows(desk: Desk, request: Request) -> Response:
    """The rules of this workspace, and their newest runs."""
    query = request.query_params
    wanted = {name: query.get(name, "") for name in ("workflow", "status", "before")}
    found, following = await desk.read(_runs, wanted)
    values = {"rules": list(desk.model.workflows.values()), "runs": found, "next": following, "wanted": wanted}
    if desk.htmx:
        return desk.part("part_runs.html", colours=COLOURS, statuses=STATUSES, **values)
    return desk.page("page_workflows.html", here=HERE, colours=COLOURS, statuses=STATUSES, **values)


@get("/workflows/{id:uuid}")
async def run(desk: Desk, id: UUID) -> Response:
    """One run: what came in, each step with its result."""
    return desk.page("page_run.html", here=HERE, colours=COLOURS, found=await desk.read(_run, id))


def _runs(work: Work, wanted: Mapping[str, str]) -> tuple[list[Shown], str]:
    """The newest runs over records that this person may read."""
    status = wanted["status"] if wanted["status"] in STATUSES else None
    found = runs_of(work, workflow=wanted["workflow"] or None, status=status, before=_id(wanted["before"]), limit=SIZE)
    titles = records.titles(work, [(each.entity, each.record) for each in found if each.entity in work.model.entities])
    shown = [_shown(work, each, titles) for each in found if work.access.admin or (each.entity, each.record) in titles]
    return shown, str(found[-1].id) if len(found) == SIZE else ""


def _shown(work: Work, run: Run, titles: Mapping[tuple[str, UUID], str]) -> Shown:
    return Shown(
        run=run,
        workflow=work.model.workflows.get(run.workflow),
        entity=work.model.entities.get(run.entity),
        title=titles.get((run.entity, run.record), ""),
    )


def _run(work: Work, id: UUID) -> ShownRun:
    run = find_run(work, id)
    if run is None:
        raise Missing(HERE, id)
    titles = dict(records.titles(work, [(run.entity, run.record)] if run.entity in work.model.entities else []))
    if not titles and not work.access.admin:
        raise Missing(HERE, id)
    entity, change = work.model.entities.get(run.entity), input_of(work, run)
    changed = differences(work, entity, change) if entity and change else ()
    steps = step_log(work, run.id)
    people = work.model.playing("user")
    titles |= records.titles(work, list(_mentioned(work, steps, run)))
    name = titles.get((people.name, run.actor), "") if people and run.actor else ""
    is_open = work.access.admin
    return ShownRun(
        shown=_shown(work, run, titles),
        differences=tuple(changed),
        kind=change.kind if change else "",
        steps=tuple(_step(work, each, entity, titles, is_open) for each in steps),
        who=name,
        titles=titles,
        open=is_open,
    )


def _step(
    work: Work, step: StepTaken, entity: Entity | None, titles: Mapping[tuple[str, UUID], str], is_open: bool
) -> ShownStep:
    fields = entity.fields if entity else {}
    given = tuple(_details(work, step.input, fields, titles)) if is_open else ()
    result = tuple(_details(work, step.result, fields, titles)) if is_open else ()
    return ShownStep(step=step, given=given, result=result)


# Plain data as named values -------------------------------------------------------------------------


def _details(work: Work, data: Any, fields: Mapping[str, Field], titles: Mapping, label: Any = "") -> Iterable[Detail]:
    """The values in plain data, each with its name; ids of records become their titles."""
    if data is None or data == "":
        return
    if isinstance(data, Mapping) and set(data) == {"entity", "id"}:
        yield _linked(work, data, titles, label)
    elif isinstance(data, Mapping):
        for name, value in data.items():
            inner = work.model.entities[name].fields if name in work.model.entities else fields
            if name not in UNTOLD:
                typed = _typed(inner.get(name), value)
                yield from [typed] if typed else _details(work, value, inner, titles, _label(work, name, inner))
    elif isinstance(data, list):
        shown = [detail.text for each in data for detail in _details(work, each, fields, titles)]
        yield Detail(label=label, text=", ".join(shown))
    else:
        yield _plain(work, data, titles, label)


def _typed(field: Field | None, data: Any) -> Detail | None:
    """A value of a field that is shown as everywhere else; links are told by their titles instead."""
    if field is None or data is None or field.control in ("link", "links", "user", "any_link", "lines"):
        return None
    try:
        return Detail(label=field.label, field=field, value=field.from_json(data))
    except Refusal:
        return None


def _label(work: Work, name: str, fields: Mapping[str, Field]) -> str | Words:
    if name in work.model.entities:
        return work.model.entities[name].label
    return fields[name].label if name in fields else name.replace("_", " ")


def _linked(work: Work, data: Mapping[str, Any], titles: Mapping, label: Any) -> Detail:
    entity, id = str(data["entity"]), _id(str(data["id"]))
    known = work.model.entities.get(entity)
    title = titles.get((entity, id), "•••")
    link = f"/{entity}/{id}" if known and (entity, id) in titles else ""
    return Detail(label=label or (known.label if known else entity), text=title, link=link)


def _plain(work: Work, data: Any, titles: Mapping, label: Any) -> Detail:
    people = work.model.playing("user")
    id = _id(str(data)) if isinstance(data, str) else None
    if id and people and (people.name, id) in titles:
        return Detail(label=label, text=titles[people.name, id])
    return Detail(label=label, text="•••" if id else str(data))


def _mentioned(work: Work, steps: Iterable[StepTaken], run: Run) -> set[tuple[str, UUID]]:
    people = work.model.playing("user")
    found: set[tuple[str, UUID]] = {(people.name, run.actor)} if people and run.actor else set()

    def walk(data: Any) -> None:
        if isinstance(data, Mapping) and set(data) == {"entity", "id"} and data["entity"] in work.model.entities:
            if id := _id(str(data["id"])):
                found.add((data["entity"], id))
        elif isinstance(data, Mapping):
            for each in data.values():
                walk(each)
        elif isinstance(data, list):
            for each in data:
                walk(each)
        elif isinstance(data, str) and people and (id := _id(data)):
            found.add((people.name, id))

    for step in steps:
        walk(step.input)
        walk(step.result)
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


handlers = [workflows, run]
