"""The list page and its parts: rows that follow, counts and sums, export."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Request, Response, get
from litestar.params import FromPath

from customary.engine.automation import buttons_of, inputs_of
from customary.engine.model.entity import Entity
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.entity import entity_of
from customary.ui.list.bars import Bars
from customary.ui.list.figures import figures_of as labels
from customary.ui.list.load import Listing, load, summary
from customary.ui.list.rows import rows

SIZE = 50


@get("/{entity:str}")
async def list_page(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The whole list; for HTMX the part that changed: what follows, or the list under its views."""
    query = texts(request.query_params)
    listing = await desk.read_at_once(load, entity_of(desk, entity), query, desk.language, SIZE)
    if listing.state.view.kind == "board":
        from customary.ui import board

        return await board.draw(desk, request, listing)
    if desk.htmx and "after" in query:
        return desk.part("part_list_rows.html", **values(desk, listing, query))
    return answer(desk, listing, query)


@get("/{entity:str}/summary")
async def list_summary(desk: AtDesk, request: Request, entity: FromPath[str]) -> Response:
    """The foot: it comes after the rows, because counting may take longer than showing."""
    query = texts(request.query_params)
    listing, count, figures = await desk.read(summary, entity_of(desk, entity), query, desk.language)
    return desk.part("part_list_foot.html", listing=listing, count=count, figures=figures, labels=labels)


def answer(desk: Desk, listing: Listing, query: Mapping[str, str]) -> Response:
    """The list in a state: alone for HTMX (the address follows), else the whole page."""
    if desk.htmx:
        desk.header("HX-Push-Url", listing.state.address())
        return desk.part("part_list.html", swapped=True, **values(desk, listing, query))
    return desk.page("page_list.html", swapped=False, here=listing.entity.name, **values(desk, listing, query))


def values(desk: Desk, listing: Listing, query: Mapping[str, str]) -> dict[str, object]:
    return {
        "listing": listing,
        "at": listing.state,
        "entity": listing.entity,
        "bars": bars(desk, listing),
        "rows": rows,
        "now": desk.now,
        "may_create": may_create(desk, listing.entity),
        "may_update": desk.access.may(listing.entity.name, "update"),
        "buttons": _buttons(desk, listing.entity),
        "continued": "after" in query,
    }


def _buttons(desk: Desk, entity: Entity) -> tuple[tuple[str, str, bool], ...]:
    """The buttons for what is chosen: name, label, and whether it asks for something first."""
    found = (each for each in buttons_of(desk.model, entity.name, ("many",)) if desk.access.may_press(each.name))
    return tuple((each.name, each.label.in_language(desk.language), bool(inputs_of(each))) for each in found)


def bars(desk: Desk, listing: Listing) -> Bars:
    """The bars of a list as this person may use them."""
    return Bars(
        entity=listing.entity,
        fields=listing.fields,
        views=listing.views,
        at=listing.state,
        filter=listing.filter,
        titles=listing.chip_titles,
        editable=editable(desk, listing),
        may_create=may_create(desk, listing.entity),
        may_export=desk.access.may(listing.entity.name, "export"),
        density=desk.density,
    )


def may_create(desk: Desk, entity: Entity) -> bool:
    """Whether somebody may make a record by a form of its own."""
    return desk.access.may(entity.name, "create") and entity.child_of is None


def editable(desk: Desk, listing: Listing) -> frozenset[str]:
    """The columns whose cells this person may edit, as far as it does not depend on the record."""
    name = listing.entity.name
    if not desk.access.may(name, "update"):
        return frozenset()
    closed = desk.access.read_only(name)
    open_ = {each.name for each in listing.columns if each.entered and each.read_only is not True}
    return frozenset(open_ | ({"stage"} if listing.entity.pipelines else set())) - closed


handlers = [list_page, list_summary]
