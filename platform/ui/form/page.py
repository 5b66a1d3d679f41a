"""The generated form: a new record, an old one written over, and what depends on what was typed."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.fields.file import reference
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import FieldProblem, Refused, Stale
from customary.engine.records.work import Work
from customary.engine.records.writer.attach import keep
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form import draft as drafts
from customary.ui.form import layout, meanwhile
from customary.ui.form.controls import Problems
from customary.ui.form.draft import Draft
from customary.ui.form.layout import Form, State
from customary.ui.form.typed import Line, Typed

TEMPLATE = "page_form.html"
DRAWN = "data:image/png;base64,"
LARGEST_BODY = 60_000_000
"""Bytes of a form with its files."""
OWN_PAGE = re.compile(r"/(?![/\\])[!-~]{0,500}")


@get("/{entity:str}/new")
async def new(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """An empty form; the address may fill fields: `/deal/new?account=<id>`."""
    found = entity_of(desk, entity, "create")
    given = Typed((name, text) for name, text in request.query_params.multi_items())
    return _page(desk, await desk.read_at_once(_blank, found, given, desk.locale), given)


@post("/{entity:str}/new", request_max_body_size=LARGEST_BODY)
async def create(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """Saves a new record, or shows the form again with all that is wrong."""
    return await _save(desk, entity_of(desk, entity, "create"), None, await typed_in(desk, request))


@get("/{entity:str}/{id:uuid}/edit")
async def edit(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """The form of a record as it is stored."""
    found = entity_of(desk, entity, "update")
    return _page(desk, await desk.read(_stored, found, id, desk.locale), Typed(()))


@post("/{entity:str}/{id:uuid}/edit", request_max_body_size=LARGEST_BODY)
async def update(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Saves what was typed over a record; if somebody else was faster, shows what changed meanwhile."""
    return await _save(desk, entity_of(desk, entity, "update"), id, await typed_in(desk, request))


@post("/{entity:str}/form", status_code=200)
async def redraw(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The body of a form again, as the rules want it after a change."""
    found, form = entity_of(desk, entity, "read"), await typed_in(desk, request)
    return desk.part(
        "part_form_body.html", form=await desk.read(_redrawn, found, id_in(form, "_id"), form, desk.locale)
    )


async def typed_in(desk: Desk, request: Request) -> Typed:
    """The texts of a form that was sent. A file in it is kept, and its id stands in its place."""
    pairs: list[tuple[str, str]] = []
    for name, item in (await request.form()).multi_items():
        if isinstance(item, str) and item.startswith(DRAWN):
            pairs += await _kept(desk, f"{name.removesuffix('.drawn')}.new", "signature.png", _drawing(item))
        elif isinstance(item, str):
            pairs.append((name, item))
        elif item.filename:
            pairs += await _kept(desk, name, item.filename, await item.read())
    return Typed(pairs)


async def _kept(desk: Desk, name: str, filename: str, data: bytes) -> list[tuple[str, str]]:
    if not data:
        return []
    kept = await desk.write(keep, desk.workspace.files, filename, data)
    return [(name, reference(kept.attached))]


def _drawing(text: str) -> bytes:
    """The picture in a data address; nothing where it is none."""
    try:
        return base64.b64decode(text.removeprefix(DRAWN), validate=True)
    except ValueError:
        return b""


# Saving -------------------------------------------------------------------------------------------


async def _save(desk: Desk, entity: Entity, id: UUID | None, form: Typed) -> Response:
    if any(name in form for name in ("_add", "_remove", "_redraw")):
        return _page(desk, await desk.read(_redrawn, entity, id, form, desk.locale), form)
    try:
        saved = await desk.write(_write, entity, id, form, desk.locale)
    except Refused as refused:
        drawn = await desk.read(_refused, entity, id, form, desk.locale, refused.problems)
        return _page(desk, drawn, form, status=422)
    except Stale:
        drawn, found = await desk.read(meanwhile.drawn, entity, id, form, desk.locale)
        return _page(desk, drawn, form, status=409, meanwhile=found)
    title = await desk.read(lambda work: records.get(work, entity.name, saved).title)
    told = desk.say("“{title}” was saved", title=title) if id else desk.say("“{title}” was created", title=title)
    return desk.redirect(_next(form, entity, saved), told)


def _next(form: Typed, entity: Entity, id: UUID) -> str:
    """Where to go after saving: back to where one came from, if that is a page of ours, else the record."""
    return _back(form) or f"/{entity.name}/{id}"


def _back(form: Typed) -> str:
    back = form.one("_back")
    return back if OWN_PAGE.fullmatch(back) else ""


def _write(work: Work, entity: Entity, id: UUID | None, form: Typed, locale: Any) -> UUID:
    record = records.get(work, entity.name, id) if id else None
    draft = drafts.typed(work, entity, form, locale, record)
    values = written(work, draft)
    problems = unread(draft)
    if problems:
        raise Refused([*problems, *_tried(work, entity, record, values, problems)])
    if record is None:
        return records.create(work, entity.name, values)
    records.update(work, entity.name, record.id, values, form.revision)
    return record.id


def _tried(work: Work, entity: Entity, record: Any, values: Mapping[str, Any], known: list[FieldProblem]) -> list:
    """What the writer finds besides, so that all is said at once. The transaction is given up anyway."""
    try:
        if record is None:
            records.create(work, entity.name, values)
        else:
            records.update(work, entity.name, record.id, values)
    except Refused as refused:
        said = {(each.field, each.within, each.row) for each in known}
        return [each for each in refused.problems if (each.field, each.within, each.row) not in said]
    return []


def written(work: Work, draft: Draft) -> dict[str, Any]:
    """The values to be saved: what the rules let be written and what differs from what is stored."""
    states = layout.states(work, draft)
    return {
        name: _value(work, draft, name)
        for name, entry in draft.entries.items()
        if _open(states.get(name)) and (draft.record is None or _differs(draft, name, entry))
    }


def _open(state: State | None) -> bool:
    return state is not None and state.visible and not state.read_only


def _differs(draft: Draft, name: str, entry: Any) -> bool:
    return draft.entity.fields[name].control == "lines" or entry.value != draft.stored.get(name)


def _value(work: Work, draft: Draft, name: str) -> Any:
    entry, field = draft.entries[name], draft.entity.fields[name]
    if field.control != "lines":
        return entry.value
    return [_row(line) for line in drafts.filled(work, field, entry.lines)]


def _row(line: Line) -> dict[str, Any]:
    values: dict[str, Any] = {name: entry.value for name, entry in line.entries.items()}
    return {"id": UUID(line.id), **values} if line.id else values


def unread(draft: Draft) -> list[FieldProblem]:
    """What was typed and means nothing."""
    found = []
    for name, entry in draft.entries.items():
        if entry.problem:
            found.append(FieldProblem(name, entry.problem, draft.entity.fields[name].label))
        for place, line in enumerate(entry.lines):
            found += [
                FieldProblem(column, cell.problem, within=name, row=place)
                for column, cell in line.entries.items()
                if cell.problem
            ]
    return found


# Drawing ------------------------------------------------------------------------------------------


def _page(desk: Desk, form: Form, typed: Typed, status: int = 200, meanwhile: Any = None) -> Response:
    return desk.page(TEMPLATE, status=status, form=form, back=_back(typed), meanwhile=meanwhile)


def _blank(work: Work, entity: Entity, given: Typed, locale: Any) -> Form:
    if copied := id_in(given, "_copy"):
        record = records.get(work, entity.name, copied)
        return layout.form(work, drafts.copied(drafts.stored(work, entity, record, locale)), {}, locale)
    return layout.form(work, drafts.blank(work, entity, given, locale), {}, locale)


def _stored(work: Work, entity: Entity, id: UUID, locale: Any) -> Form:
    record = records.get(work, entity.name, id)
    return layout.form(work, drafts.stored(work, entity, record, locale), {}, locale)


def _redrawn(work: Work, entity: Entity, id: UUID | None, form: Typed, locale: Any) -> Form:
    record = records.get(work, entity.name, id) if id else None
    draft = drafts.completed(work, drafts.typed(work, entity, form, locale, record), form.one("_changed"), locale)
    return layout.form(work, draft, {}, locale)


def _refused(
    work: Work, entity: Entity, id: UUID | None, form: Typed, locale: Any, problems: list[FieldProblem]
) -> Form:
    record = records.get(work, entity.name, id) if id else None
    draft = drafts.typed(work, entity, form, locale, record)
    return layout.form(work, draft, by_control(work, draft, problems), locale)


def by_control(work: Work, draft: Draft, problems: list[FieldProblem]) -> Problems:
    """The problems of a refused record by the name of the control at which they are shown."""
    found: dict[str, tuple[Reason, ...]] = {}
    for each in problems:
        name = _control_name(work, draft, each)
        found[name] = (*found.get(name, ()), each.reason)
    return found


def _control_name(work: Work, draft: Draft, problem: FieldProblem) -> str:
    entry = draft.entries.get(problem.within or "")
    if entry is None or problem.row is None:
        return problem.field or ""
    lines = drafts.filled(work, draft.entity.fields[str(problem.within)], entry.lines)
    key = lines[problem.row].key if problem.row < len(lines) else str(problem.within)
    return f"{key}.{problem.field}" if problem.field else key


def id_in(form: Typed, name: str) -> UUID | None:
    """The id that stands under a name, if it is one."""
    try:
        return UUID(form.one(name)) if form.one(name) else None
    except ValueError:
        return None


handlers = [new, create, edit, update, redraw]
