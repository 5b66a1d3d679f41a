"""One field of a record, edited where it is shown: on the record's page, or in a cell of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.params import FromPath

from customary.engine import records
from customary.engine.fields.field import Field, Refusal
from customary.engine.model.entity import Entity
from customary.engine.records.reader.history import history
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form import draft as drafts
from customary.ui.form import layout
from customary.ui.form.controls import Control, control
from customary.ui.form.page import LARGEST_BODY, by_control, typed_in, unread
from customary.ui.form.typed import Typed, revision_in
from customary.ui.record import page as record

STALE = Reason("was changed by somebody else meanwhile: what is saved now stands here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A field opened for editing. `others` are what speaks against it beyond itself."""

    entity: Entity
    id: UUID
    control: Control
    revision: int
    others: tuple[FieldProblem, ...] = ()
    status: int = 200


@get("/{entity:str}/{id:uuid}/field/{name:str}")
async def edit_field(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]) -> Response:
    """The control of one field, in its place on the page."""
    return _draw(desk, await opened(desk, entity_of(desk, entity, "update"), id, name))


@put("/{entity:str}/{id:uuid}/field/{name:str}", request_max_body_size=LARGEST_BODY)
async def save_field(
    desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]
) -> Response:
    """Saves one field; what speaks against it is said at its control."""
    found = entity_of(desk, entity, "update")
    if refused := await save(desk, found, id, name, await typed_in(desk, request)):
        return _draw(desk, refused)
    desk.header("HX-Retarget", "#facts")
    desk.header("HX-Reswap", "innerHTML")
    desk.event("saved", {"field": name})
    return await record.draw_saved(desk, found, id)


@post("/{entity:str}/{id:uuid}/field/{name:str}/back", status_code=200)
async def give_back(
    desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]
) -> Response:
    """Gives a field the value it had before it was just edited, while nothing else changed."""
    found, query = entity_of(desk, entity, "update"), request.query_params
    try:
        await desk.write(_give_back, found, id, name, revision_in(query.get("revision", "")) or -1)
    except (Stale, Forbidden, Refused):
        desk.toast(desk.say("It can no longer be taken back: something else changed meanwhile."), kind="error")
        return desk.nothing(422)
    told = desk.say("The change was taken back")
    if query.get("on") != "list":
        return desk.redirect(f"/{found.name}/{id}", told)
    desk.toast(told, kind="info")
    desk.event("rowchanged", {"id": str(id)})
    return desk.nothing()


async def opened(desk: Desk, entity: Entity, id: UUID, name: str) -> Open:
    """A field with its control as it stands. Raises Missing, Forbidden."""
    return await desk.read(_opened, entity, id, name, None, (), desk.locale)


async def save(desk: Desk, entity: Entity, id: UUID, name: str, form: Typed, on: str = "record") -> Open | None:
    """Saves what was typed and tells so, with a way back; or gives the control again, with all that is wrong."""
    try:
        before, revision = await desk.write(_save, entity, id, name, form, desk.locale)
    except Refused as refused:
        return await desk.read(_opened, entity, id, name, form, tuple(refused.problems), desk.locale)
    except Stale:
        return await desk.read(_opened, entity, id, name, None, (FieldProblem(name, STALE),), desk.locale)
    if revision != before:
        undo = f"/{entity.name}/{id}/field/{name}/back?revision={revision}&on={on}"
        desk.toast(desk.say("{field} changed", field=entity.fields[name].label), undo=undo)
    return None


def _opened(
    work: Work, entity: Entity, id: UUID, name: str, form: Typed | None, problems: tuple[FieldProblem, ...], locale: Any
) -> Open:
    found, each = records.get(work, entity.name, id), _field(work, entity, name)
    draft = drafts.stored(work, entity, found, locale)
    if form is not None:
        draft = drafts.over(draft, drafts.typed(work, entity, form, locale, found))
    state = layout.states(work, draft)[name]
    said = by_control(work, draft, [each for each in problems if each.field == name])
    return Open(
        entity=entity,
        id=id,
        control=control(work, draft, each, state, said, False, locale),
        revision=found.values["revision"],
        others=tuple(each for each in problems if each.field != name),
        status=422 if problems else 200,
    )


def _field(work: Work, entity: Entity, name: str) -> Field:
    if name not in entity.fields or name in work.access.hidden(entity.name) or not entity.fields[name].entered:
        raise Missing(entity.name)
    return entity.fields[name]


def _save(work: Work, entity: Entity, id: UUID, name: str, form: Typed, locale: Any) -> tuple[int, int]:
    """The record's revision before and after."""
    _field(work, entity, name)
    found = records.get(work, entity.name, id)
    draft = drafts.typed(work, entity, form, locale, found)
    if problems := unread(draft):
        raise Refused(problems)
    if name not in draft.entries:
        raise Missing(entity.name)
    values = {name: draft.entries[name].value}
    return found.values["revision"], records.update(work, entity.name, id, values, form.revision)


def _give_back(work: Work, entity: Entity, id: UUID, name: str, revision: int) -> None:
    field, last = _field(work, entity, name), history(work, entity.name, id, limit=1).changes
    if not last or last[0].actor != work.actor.id or name not in last[0].names:
        raise Forbidden(Reason("can no longer be taken back"))
    try:
        was = None if (was := last[0].before.get(name)) is None else field.from_json(was)
    except Refusal as refusal:  # the field has another type since
        raise Forbidden(Reason("can no longer be taken back")) from refusal
    records.update(work, entity.name, id, {name: was}, revision)


def _draw(desk: Desk, found: Open) -> Response:
    return desk.part("part_fact_edit.html", status=found.status, open=found)


handlers = [edit_field, save_field, give_back]
