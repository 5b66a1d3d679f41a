"""A cell of the list: the field's control in its place, and the row as it stands after saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from litestar import Request, Response, get, put
from litestar.params import FromPath

from customary.engine import records
from customary.engine.model.entity import Entity
from customary.engine.records.record import Page
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.entity import entity_of
from customary.ui.form.page import typed_in
from customary.ui.list.load import Filter, Listing, views_of, visible
from customary.ui.list.page import values
from customary.ui.list.state import state
from customary.ui.record import fact

OPEN = "#cell-open"


@get("/{entity:str}/{id:uuid}/cell/{name:str}")
async def edit_cell(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]) -> Response:
    """The control of a field, to stand in its cell; a word instead where it is closed at this record."""
    opened = await fact.opened(desk, entity_of(desk, entity, "update"), id, name)
    if opened.control.read_only:
        desk.toast(desk.say("{field} cannot be changed here.", field=opened.control.label), kind="info")
        return desk.nothing()
    return _draw(desk, opened)


@put("/{entity:str}/{id:uuid}/cell/{name:str}")
async def save_cell(
    desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]
) -> Response:
    """Saves one field as the record's page does, and draws the row anew, for other columns may follow from it."""
    found = entity_of(desk, entity, "update")
    refused = await fact.save(desk, found, id, name, await typed_in(desk, request), on="list")
    if refused is None:
        return await draw_row(desk, request, found, id)
    desk.header("HX-Retarget", OPEN)
    desk.header("HX-Reswap", "innerHTML")
    return _draw(desk, refused)


@get("/{entity:str}/{id:uuid}/row")
async def show_row(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """One row of the list that the address describes."""
    return await draw_row(desk, request, entity_of(desk, entity), id)


async def draw_row(desk: Desk, request: Request, entity: Entity, id: UUID) -> Response:
    """The row; nothing where the record went out of the reader's sight."""
    query = texts(request.query_params)
    listing = await desk.read(_row, entity, query, desk.language, id)
    return desk.part("part_list_rows.html", **values(desk, listing, query))


def _row(work: Work, entity: Entity, query: Mapping[str, str], language: str, id: UUID) -> Listing:
    fields = visible(work, entity)
    views = views_of(work, entity, language, fields)
    at = state(entity, views, query, fields)
    try:
        found = records.get(work, entity.name, id)
        page = Page((_with_parts(entity, found),), titles=found.titles)
    except Missing:
        page = Page(())
    return Listing(entity, fields, views, at, Filter(None, []), page, {})


def _with_parts(entity: Entity, record: records.Record) -> records.Record:
    """The record with the parts of its values (the city of an address), which columns of a list show too."""
    parts = {
        path: getattr(record.values[each.name], path.partition(".")[2], None)
        for each in entity.fields.values()
        for path in each.pieces
        if each.name in record.values
    }
    return replace(record, values={**record.values, **parts})


def _draw(desk: Desk, opened: fact.Open) -> Response:
    bare = replace(opened, control=replace(opened.control, bare=True, prefix="cell"))
    return desk.part("part_cell_edit.html", status=opened.status, open=bare)


handlers = [edit_cell, save_cell, show_row]
