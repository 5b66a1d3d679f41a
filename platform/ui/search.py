"""Searching everything: the page, and what the palette offers as one types."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from litestar import Request, Response, get

from customary.engine import records
from customary.engine.model.entity import Entity
from customary.engine.records.record import Hit
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk

EACH = 20
EACH_IN_PALETTE = 4
MOST_IN_PALETTE = 12
LONGEST = 200
ABOUT_OTHERS = ("task", "activity")
"""What is about other records comes after them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found in one entity."""

    entity: Entity
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One line of the palette: where it leads and what it is called."""

    label: str
    path: str
    icon: str
    hint: str = ""


@get("/search")
async def search_page(desk: AtDesk, request: Request) -> Response:
    text = _text(request)
    found = await desk.read(_search, text, EACH) if text else _nothing(desk)
    template = "part_search_hits.html" if desk.htmx else "page_search.html"
    return desk.page(template, text=text, found=found, here="search")


@get("/search/palette")
async def palette(desk: AtDesk, request: Request) -> Response:
    """Records, then pages and things to create whose names fit."""
    text = _text(request)
    found = await desk.read(_search, text, EACH_IN_PALETTE) if text else _nothing(desk)
    hits = [(group.entity, hit) for group in found for hit in group.hits][:MOST_IN_PALETTE]
    return desk.part("part_palette_list.html", text=text, hits=hits, ways=_ways(desk, text))


def _search(work: Work, text: str, each: int) -> list[Found]:
    hits = records.search(work, text, each)
    found = [Found(work.model.entities[name], tuple(own)) for name, own in groupby(hits, lambda hit: hit.entity)]
    return sorted(found, key=lambda each: each.entity.plays in ABOUT_OTHERS)


def _ways(desk: Desk, text: str) -> list[Way]:
    """The pages one can go to and the records one can create, whose words hold what is typed."""
    wanted = text.casefold()
    ways = [Way(desk.say("Home"), "/", "house"), Way(desk.say("Inbox"), "/inbox", "inbox", desk.say("Go to"))]
    ways.append(Way(desk.say("To decide"), "/decide", "gavel", desk.say("Go to")))
    for group in desk.navigation:
        ways += [Way(item.label, f"/{item.name}", item.icon, desk.say("Go to")) for item in group.items]
    ways += [_creation(desk, entity) for entity in desk.model.entities.values() if _creatable(desk, entity)]
    if desk.access.may_open("rules"):
        ways.append(Way(desk.say("Rules"), "/workflows", "workflow", desk.say("Go to")))
    if desk.access.may_open("messages"):
        ways.append(Way(desk.say("Outbox"), "/messages", "mail", desk.say("Go to")))
    ways.append(Way(desk.say("Settings"), "/settings", "settings", desk.say("Go to")))
    return [way for way in ways if wanted in way.label.casefold()][:8]


def _creation(desk: Desk, entity: Entity) -> Way:
    label = desk.say("New {what}", what=entity.label.in_language(desk.language))
    return Way(label, f"/{entity.name}/new", "plus", desk.say("Create"))


def _creatable(desk: Desk, entity: Entity) -> bool:
    return entity.child_of is None and entity.plays not in ("user",) and desk.access.may(entity.name, "create")


def _nothing(desk: Desk) -> list[Found]:
    desk.me  # noqa: B018 - a stranger signs in first
    return []


def _text(request: Request) -> str:
    return request.query_params.get("q", "")[:LONGEST].strip()


handlers = [search_page, palette]
