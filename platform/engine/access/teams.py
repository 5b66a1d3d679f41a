"""Teams form a tree: where a role says `team`, who is in one sees what people in it and in those below it own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.entity import Entity
from customary.engine.model.model import Model


def of_colleagues(model: Model, owner: sa.ColumnElement, rows: Any, user: Mapping[str, Any]) -> sa.ColumnElement:
    """That an owner is in a team of the user's, or in one below it."""
    links = team_links(model)
    mine = teams_of(links, user)
    if not mine:
        return sa.false()
    people, _ = rows.every(model.playing("user").name)
    teams = along_tree(model, rows, mine, up=False)
    member = [_is_in(people, link, teams) for link in links]
    return owner.in_(sa.select(people.column("id")).where(sa.or_(*member)))


def _is_in(people: Any, link: str, teams: sa.Select) -> sa.ColumnElement:
    """That people are in one of the teams. Nothing in it depends on a row outside, so it is worked out once."""
    if people.tables.model.entities[people.entity].fields[link].points == "one":
        return people.column(link).in_(teams)
    pairs = people.tables.entity(people.entity).links(link).alias()
    return people.column("id").in_(sa.select(pairs.c.source).where(pairs.c.target.in_(teams)))


def along_tree(model: Model, rows: Any, start: tuple[UUID, ...], up: bool) -> sa.Select:
    """The ids of some teams and of all above them, or below."""
    entity = model.playing("team")
    first_rows, _ = rows.every(entity.name)
    first = sa.select(first_rows.column("id").label("id")).where(first_rows.column("id").in_(start))
    parent = parent_link(entity)
    if parent is None:
        return first
    # Without a name of its own: one statement may ask for several, where rules of several entities meet.
    found = first.cte(recursive=True)
    step, _ = rows.every(entity.name)
    here, there = (step.column("id"), step.column(parent)) if up else (step.column(parent), step.column("id"))
    found = found.union(sa.select(there).where(here == found.c.id, there.is_not(None)))
    return sa.select(found.c.id)


def are_colleagues(model: Model, owner: UUID | None, user: Mapping[str, Any], scope: Any) -> bool:
    """The same of one owner, by what the scope reads."""
    links = team_links(model)
    mine = set(teams_of(links, user))
    person = scope.find(model.playing("user").name, owner) if owner is not None and mine else None
    if person is None:
        return False
    team = model.playing("team")
    parent = parent_link(team)
    waiting, seen = list(teams_of(links, person)), set()
    while waiting:
        id = waiting.pop()
        if id in mine:
            return True
        above = scope.find(team.name, id) if parent and id not in seen else None
        seen.add(id)
        if above is not None and above.get(parent):
            waiting.append(above[parent])
    return False


def team_links(model: Model) -> tuple[str, ...]:
    """The links of a person to their teams."""
    people, team = model.playing("user"), model.playing("team")
    if people is None or team is None:
        return ()
    return tuple(each.name for each in people.fields.values() if getattr(each, "to", None) == team.name)


def teams_of(links: Iterable[str], person: Mapping[str, Any]) -> tuple[UUID, ...]:
    """The teams that a person is in themselves."""
    found: list[UUID] = []
    for link in links:
        value = person.get(link)
        found += value if isinstance(value, list | tuple) else [value] if value else []
    return tuple(found)


def parent_link(team: Entity) -> str | None:
    """The link of a team to the one above it."""
    named = [each.name for each in team.fields.values() if each.kind == "link" and each.to == team.name]
    return "parent" if "parent" in named else next(iter(named), None)
