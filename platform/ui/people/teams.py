"""Teams as a tree, with who is in each. For those to whom a role opens them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, get

from customary.engine import records
from customary.engine.access.teams import parent_link, team_links, teams_of
from customary.engine.records import Query
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk
from customary.ui.people.users import HERE

MOST = 2000


@dataclass(frozen=True, slots=True)
class Team:
    """A team in its place of the tree; `depth` is 0 at the top."""

    id: UUID
    title: str
    depth: int
    members: tuple[tuple[UUID, str], ...]


@get("/settings/teams")
async def teams(desk: AtDesk) -> Response:
    desk.must_open("people")
    entity = desk.model.playing("team")
    found = await desk.read(_teams) if entity else []
    return desk.page("page_teams.html", here=HERE, teams=found, entity=entity)


def _teams(work: Work) -> list[Team]:
    """Two reads, however many there are; what is beyond MOST is left to the list."""
    entity = work.model.playing("team")
    found = records.select(work, entity.name, Query(limit=MOST)).records
    named = sorted(((each.id, each.title) for each in found), key=lambda each: each[1].casefold())
    above = {each.id: each.values.get(parent_link(entity)) for each in found}
    children = defaultdict(list)
    for id, title in named:
        parent = above[id]
        children[parent if parent in above else None].append((id, title))
    return list(_tree(children, _members(work), None, 0))


def _tree(children: Any, members: Any, parent: UUID | None, depth: int) -> Iterator[Team]:
    """Each team before those below it. Records keep trees free of circles, so that this ends."""
    for id, title in children.get(parent, ()):
        yield Team(id, title, depth, tuple(members.get(id, ())))
        yield from _tree(children, members, id, depth + 1)


def _members(work: Work) -> dict[UUID, list[tuple[UUID, str]]]:
    found: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    links = team_links(work.model)
    for each in records.select(work, work.model.playing("user").name, Query(limit=MOST)).records if links else ():
        for team in teams_of(links, each.values):
            found[team].append((each.id, each.title))
    return found


handlers = [teams]
