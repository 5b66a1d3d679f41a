"""Saved views: keeping the state of a list under a name, changing it, forgetting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from customary.engine.model.entity import Entity
from customary.engine.records import saved_view
from customary.engine.records.refusal import Missing, Refused
from customary.engine.records.saved_view import Changed
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.entity import entity_of
from customary.ui.list.load import load, views_of, visible
from customary.ui.list.page import values
from customary.ui.list.state import ListState, state


@post("/{entity:str}/views", status_code=200)
async def save_view(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """Saves the list's state as a new view."""
    found, form = entity_of(desk, entity), texts(await request.form())
    try:
        made = await desk.write(_save, found, form, desk.language)
    except Refused as refused:
        desk.toast(desk.say_reason(refused.problems[0].reason), kind="error")
        return desk.nothing(422)
    return desk.redirect(f"/{entity}?view={made}", desk.say("View saved"))


@post("/{entity:str}/views/{view:uuid}", status_code=200)
async def update_view(desk: AtDesk, request: Request, entity: FromPath[str], view: FromPath[UUID]) -> Response:
    """Gives a saved view the list's state; one that was changed or removed meanwhile is not written over unseen."""
    found, form = entity_of(desk, entity), texts(await request.form())
    try:
        await desk.write(_update, found, view, form, desk.language)
    except Changed:
        return await _draw_changed(desk, found, form)
    except Missing:
        desk.toast(desk.say("This view was removed meanwhile. Save yours as a new view."), kind="error")
        return desk.nothing(422)
    return desk.redirect(f"/{entity}?view={view}", desk.say("View saved"))


async def _draw_changed(desk: Desk, entity: Entity, form: Mapping[str, str]) -> Response:
    """The form again with what was typed, for a second, informed try."""
    listing = await desk.read(load, entity, form, desk.language, 1)
    typed = {"label": form.get("label", ""), "audience": form.get("audience", "me")}
    draw = desk.part if desk.htmx else desk.page
    template = "part_save_view.html" if desk.htmx else "page_list.html"
    more = values(desk, listing, form) | typed
    return draw(template, status=422, changed=True, swapped=False, here=entity.name, **more)


@post("/{entity:str}/views/{view:uuid}/remove", status_code=200)
async def remove_view(desk: AtDesk, entity: FromPath[str], view: FromPath[UUID]) -> Response:
    entity_of(desk, entity)
    await desk.write(saved_view.remove, view)
    return desk.redirect(f"/{entity}", desk.say("View removed"))


def _save(work: Work, entity: Entity, form: Mapping[str, str], language: str) -> UUID:
    at = _state(work, entity, form, language)
    return saved_view.save(work, entity.name, form.get("label", ""), form.get("audience", "me"), _plain(at))


def _update(work: Work, entity: Entity, view: UUID, form: Mapping[str, str], language: str) -> None:
    saved_view.change(work, view, _plain(_state(work, entity, form, language)), form.get("_seen", ""))


def _state(work: Work, entity: Entity, form: Mapping[str, str], language: str) -> ListState:
    fields = visible(work, entity)
    return state(entity, views_of(work, entity, language, fields), form, fields)


def _plain(at: ListState) -> dict[str, Any]:
    kept: dict[str, Any] = {"where": at.where, "columns": list(at.columns)}
    if at.view.kind == "board":
        kept["board"] = at.view.base or at.view.name
    return kept | {name: [list(each) for each in getattr(at, name)] for name in ("sort", "widths", "figures")}


handlers = [save_view, update_view, remove_view]
