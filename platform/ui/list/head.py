"""The menu of a column's head: sort, filter, move, width, what the foot tells, hide."""

from __future__ import annotations

from litestar import Request, Response, get
from litestar.params import FromPath

from customary.engine.records.refusal import Missing
from customary.ui.desk import AtDesk, texts
from customary.ui.entity import entity_of
from customary.ui.list.figures import chosen, figures_of
from customary.ui.list.load import load
from customary.ui.list.state import NARROWEST, WIDEST


@get("/{entity:str}/head")
async def head_menu(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """What can be done with one column. Its entries are addresses of the list as it would be then."""
    query = texts(request.query_params)
    listing = await desk.read(load, entity_of(desk, entity), query, desk.language, 1)
    at, name = listing.state, query.get("field", "")
    if name not in at.columns:
        raise Missing(entity)
    field = listing.fields[name]
    return desk.part(
        "part_head_menu.html",
        at=at,
        field=field,
        sortable=field.stored and field.sortable,
        figures=figures_of(field),
        figure=chosen(field, at),
        widths=(NARROWEST, WIDEST),
        place=at.columns.index(name),
    )


handlers = [head_menu]
