"""Roles: what each lets people do, as a table compiled from the definitions. For those to whom a role opens them.

Saving writes YAML into the workspace's folder and leads to the plan; nobody's rights change before that is applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.engine.definitions.kinds.role import SETTINGS
from customary.engine.model.entity import Entity
from customary.engine.model.people.role import ALWAYS_SEEN
from customary.engine.model.pipeline import Pipeline
from customary.engine.model.role import Grant, Role
from customary.engine.problem import DefinitionError
from customary.engine.text.edit import EditProblem
from customary.engine.workspace.rights import WORDS, Said, write_role
from customary.ui.desk import AtDesk, Desk
from customary.ui.people import said
from customary.ui.people.said import ACTS, EVERY, MARKS, RULE, Form, NotToBeChosen
from customary.ui.people.users import HERE

NOTHING = Form({})


@dataclass(frozen=True, slots=True)
class Cell:
    """One right: `chosen` is a word, `rule` for an expression, which is `rule` then, or "" where nothing is said."""

    name: str
    act: str
    chosen: str
    rule: str


@dataclass(frozen=True, slots=True)
class Row:
    """An entity's rights; without an entity, those of all that are not named."""

    name: str
    entity: Entity | None
    cells: tuple[Cell, ...]
    grant: Grant | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a role says of a pipeline: the moves that it names (None: it limits none), and whether it reopens."""

    pipeline: Pipeline
    pairs: frozenset[tuple[str, ...]] | None
    reopens: bool


@get("/settings/roles")
async def roles(desk: AtDesk) -> Response:
    desk.must_open("roles")
    first = next((each for each in desk.model.roles.values() if not each.admin), None)
    return _draw(desk, first or next(iter(desk.model.roles.values())))


@get("/settings/roles/{name:str}")
async def role(desk: AtDesk, name: FromPath[str]) -> Response:
    desk.must_open("roles")
    return _draw(desk, _role(desk, name))


@post("/settings/roles/{name:str}", status_code=200)
async def save(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """Writes what differs, and leads to the plan of it."""
    desk.must_open("roles")
    found, form = _role(desk, name), Form.of(await request.form())
    try:
        changes = said.of_role(desk.model, found, form)
    except NotToBeChosen:
        return _draw(desk, found, form, desk.say("This cannot be chosen."))
    problem = await _write(desk, found, changes)
    return _draw(desk, found, form, problem) if problem else _led_on(desk, f"/settings/roles/{name}", changes)


@get("/settings/roles/{name:str}/{entity:str}")
async def fields(desk: AtDesk, name: FromPath[str], entity: FromPath[str]) -> Response:
    """The marks of a role on an entity's fields."""
    desk.must_open("roles")
    return _draw_fields(desk, *_named(desk, name, entity))


@post("/settings/roles/{name:str}/{entity:str}", status_code=200)
async def save_fields(desk: AtDesk, request: Request, name: FromPath[str], entity: FromPath[str]) -> Response:
    desk.must_open("roles")
    (found, about), form = _named(desk, name, entity), Form.of(await request.form())
    try:
        changes = said.of_fields(found, about, form)
    except NotToBeChosen:
        return _draw_fields(desk, found, about, form, desk.say("This cannot be chosen."))
    problem = await _write(desk, found, changes)
    if problem:
        return _draw_fields(desk, found, about, form, problem)
    return _led_on(desk, f"/settings/roles/{name}/{entity}", changes)


async def _write(desk: Desk, found: Role, changes: Said) -> str:
    """Why it was not written, or ""."""
    if found.admin:
        return desk.say("This cannot be chosen.")
    try:
        if changes:
            await anyio.to_thread.run_sync(write_role, desk.workspace.directory, found.name, changes)
    except (EditProblem, OSError) as problem:
        return desk.say("The file cannot be changed by this page: {problem}", problem=str(problem))
    except DefinitionError as error:
        return desk.say("The definitions would have problems then: {problem}", problem=str(error.problems[0]))
    return ""


def _led_on(desk: Desk, back: str, changes: Said) -> Response:
    if not changes:
        return desk.redirect(back, desk.say("Nothing was changed."))
    told = desk.say("The files of the workspace say it now. Look at what it changes, and apply it.")
    return desk.redirect("/settings/plan" if desk.access.may_open("releases") else back, told)


def _draw(desk: Desk, found: Role, form: Form = NOTHING, problem: str = "") -> Response:
    values = {
        "role": found,
        "rows": tuple(_rows(desk, found, form)),
        "acts": ACTS,
        "words": WORDS,
        "roles": desk.model.roles,
        "buttons": [desk.model.workflows[name] for name in said.buttons_of(desk.model)],
        "pressed": form.getall("buttons") if form.lists else found.buttons,
        "dashboards": desk.model.dashboards.values(),
        "shown": form.getall("dashboards") if form.lists else found.dashboards,
        "parts": SETTINGS,
        "opened": form.getall("settings") if form.lists else found.settings,
        "limits": [_limits(found, each, form) for each in desk.model.pipelines.values()],
        "problem": problem,
    }
    return desk.page("page_roles.html", here=HERE, status=422 if problem else 200, **values)


def _draw_fields(desk: Desk, found: Role, entity: Entity, form: Form = NOTHING, problem: str = "") -> Response:
    before = found.entities[entity.name].fields
    chosen = {name: form.get(name, before.get(name, "")) for name in entity.fields if name not in ALWAYS_SEEN}
    values = {"role": found, "entity": entity, "chosen": chosen, "marks": MARKS, "problem": problem}
    return desk.page("page_role_fields.html", here=HERE, status=422 if problem else 200, **values)


def _role(desk: Desk, name: str) -> Role:
    if name not in desk.model.roles:
        raise NotFoundException
    return desk.model.roles[name]


def _named(desk: Desk, name: str, entity: str) -> tuple[Role, Entity]:
    """A role, and an entity that it names."""
    found = _role(desk, name)
    if entity not in found.entities or entity not in desk.model.entities:
        raise NotFoundException
    return found, desk.model.entities[entity]


def _rows(desk: Desk, found: Role, form: Form) -> Iterator[Row]:
    for name in (EVERY, *desk.model.entities):
        grant = found.entities.get(name)
        yield Row(name, desk.model.entities.get(name), tuple(_cell(name, grant, act, form) for act in ACTS), grant)


def _limits(found: Role, pipeline: Pipeline, form: Form) -> Limits:
    """As they were chosen, else as they are said."""
    now = found.pipelines.get(pipeline.name, {})
    pairs = frozenset(now["move"]) if "move" in now else None
    if not form.get(f"{pipeline.name}.moves"):
        return Limits(pipeline, pairs, now.get("reopen") is True)
    some = form.get(f"{pipeline.name}.moves") == "some"
    chosen = frozenset(said.pairs_of(form, pipeline)) if some else None
    return Limits(pipeline, chosen, form.get(f"{pipeline.name}.reopen") == "yes")


def _cell(entity: str, grant: Grant | None, act: str, form: Form) -> Cell:
    """As it was typed, else as it is said."""
    now, name = said.act_of(grant, act), f"{entity}.{act}"
    chosen = form.get(name, RULE if now.startswith("=") else now)
    rule = form.get(f"{name}.{RULE}", now if now.startswith("=") else "")
    return Cell(name, act, chosen, rule)


handlers = [roles, role, save, fields, save_fields]
