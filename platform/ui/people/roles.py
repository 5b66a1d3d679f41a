"""Roles: what each lets people do, as a table compiled from the definitions. For those to whom a role opens them.

Saving writes YAML into the workspace's folder and leads to the plan; nobody's rights change before that is applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.engine.model.model import Entity, Grant, Role
from customary.engine.problem import DefinitionError
from customary.engine.text.edit import EditProblem
from customary.engine.workspace.rights import WORDS, write_rights
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.users import HERE

ACTS = ("read", "create", "update", "delete", "export", "import")
EVERY = "*"


@dataclass(frozen=True, slots=True)
class Cell:
    """One right: `said` is a word, or the text of an expression, or "" where the role does not speak of it."""

    name: str
    said: str

    @property
    def is_expression(self) -> bool:
        return self.said not in ("", *WORDS)


@dataclass(frozen=True, slots=True)
class Row:
    """An entity's rights; without an entity, those of all that are not named."""

    name: str
    entity: Entity | None
    cells: tuple[Cell, ...]
    grant: Grant | None


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
    found, form = _role(desk, name), texts(await request.form())
    changes = dict(_changes(desk, found, form))
    if found.admin or any(right not in WORDS for right in changes.values()):
        return _draw(desk, found, problem=desk.say("This cannot be chosen."), status=422)
    if not changes:
        return desk.redirect(f"/settings/roles/{name}", desk.say("Nothing was changed."))
    try:
        path = await anyio.to_thread.run_sync(write_rights, desk.workspace.directory, name, changes)
    except (EditProblem, OSError) as problem:
        told = desk.say("The file cannot be changed by this page: {problem}", problem=str(problem))
        return _draw(desk, found, problem=told, status=422)
    except DefinitionError as error:
        told = desk.say("The definitions would have problems then: {problem}", problem=str(error.problems[0]))
        return _draw(desk, found, problem=told, status=422)
    return desk.redirect(
        "/settings/plan", desk.say("Written to {path}. Look at what it changes, and apply it.", path=path)
    )


def _draw(desk: Desk, found: Role, *, problem: str = "", status: int = 200) -> Response:
    rows = tuple(_rows(desk, found))
    values = {"role": found, "rows": rows, "acts": ACTS, "words": WORDS, "problem": problem, "roles": desk.model.roles}
    return desk.page("page_roles.html", here=HERE, status=status, **values)


def _role(desk: Desk, name: str) -> Role:
    if name not in desk.model.roles:
        raise NotFoundException
    return desk.model.roles[name]


def _rows(desk: Desk, found: Role) -> Iterator[Row]:
    named: list[tuple[str, Entity | None]] = [(EVERY, None)]
    named += [(name, each) for name, each in desk.model.entities.items()]
    for name, entity in named:
        grant = found.entities.get(name)
        yield Row(name, entity, tuple(Cell(f"{name}.{act}", _said(grant, act)) for act in ACTS), grant)


def _said(grant: Grant | None, act: str) -> str:
    """A right in the words of the definitions."""
    if grant is None or (act == "import" and grant.bring is None):
        return ""
    rule = grant.rule(act)
    if isinstance(rule, bool):
        return "all" if rule else "none"
    return rule if isinstance(rule, str) else f"={rule.text}"


def _changes(desk: Desk, found: Role, form: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], Any]]:
    """What was chosen and is not what is said now."""
    for row in _rows(desk, found):
        for act, cell in zip(ACTS, row.cells, strict=True):
            chosen = form.get(cell.name, cell.said)
            if chosen and chosen != cell.said:
                yield (row.name, act), chosen


handlers = [roles, role, save]
