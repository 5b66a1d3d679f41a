"""The rules of a role: own, team, an expression, or the rule of the parent record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.model.model import Entity, Model


@dataclass(frozen=True)
class OfParent:
    """A child row is allowed when its parent record is."""

    parent: str
    link: str
    rules: tuple[Any, ...]


Rule = Any
"""`"own"`, `"team"`, an Expression or OfParent."""


def clause(model: Model, entity: str, rules: Iterable[Rule], rows: Any, values: Any) -> sa.ColumnElement:
    """True for the rows of `rows` for which one of the rules holds."""
    return sa.or_(sa.false(), *(_clause(model, entity, rule, rows, values) for rule in rules))


def holds(model: Model, entity: str, rule: Rule, scope: Any) -> bool:
    """Whether the rule holds for the scope's record."""
    if isinstance(rule, OfParent):
        parent = scope.follow(entity, rule.link, scope.record)
        inner = scope.about(parent) if parent is not None else None
        return inner is not None and any(holds(model, rule.parent, each, inner) for each in rule.rules)
    user = scope.bindings.get("user")
    if rule in ("own", "team"):
        if user is None:
            return False
        owner = scope.record.get(owner_field(model.entities[entity]))
        return owner == user["id"] or (rule == "team" and _in_teams(model, owner, user, scope))
    return rule.holds(scope)


def describe(rule: Rule) -> str:
    """A rule in the words of the definitions."""
    if rule is True:
        return "all"
    return rule if isinstance(rule, str) else f"={rule.text}"


def owner_field(entity: Entity) -> str:
    """Whose record it is: the field `owner`, else who created it."""
    return "owner" if "owner" in entity.fields else "created_by"


def _clause(model: Model, entity: str, rule: Rule, rows: Any, values: Any) -> sa.ColumnElement:
    if isinstance(rule, OfParent):
        target, joined = rows.follow(rule.link)
        inner = clause(model, rule.parent, rule.rules, target, values)
        return sa.exists(sa.select(sa.literal(1)).select_from(target.from_clause).where(joined, inner))
    if rule in ("own", "team"):
        if values.user is None:
            return sa.false()
        owner = rows.column(owner_field(model.entities[entity]))
        own = owner == values.user["id"]
        return sa.or_(own, _team_clause(model, owner, rows, values.user)) if rule == "team" else own
    return rule.clause(rows, values)


def _team_clause(model: Model, owner: sa.ColumnElement, rows: Any, user: Mapping[str, Any]) -> sa.ColumnElement:
    """The owner is in a team of the user's, or in one below it."""
    links = _team_links(model)
    mine = _teams_of(links, user)
    if not mine:
        return sa.false()
    people, _ = rows.every(model.playing("user").name)
    teams = _teams_below(model, rows, mine)
    member = []
    for link in links:
        team, joined = people.follow(link)
        member.append(
            sa.exists(
                sa.select(sa.literal(1)).select_from(team.from_clause).where(joined, team.column("id").in_(teams))
            )
        )
    return owner.in_(sa.select(people.column("id")).where(sa.or_(*member)))


def _teams_below(model: Model, rows: Any, mine: tuple[UUID, ...]) -> sa.Select:
    entity = model.playing("team")
    start, _ = rows.every(entity.name)
    first = sa.select(start.column("id").label("id")).where(start.column("id").in_(mine))
    parent = _parent_link(entity)
    if parent is None:
        return first
    below = first.cte("teams_below", recursive=True)
    step, _ = rows.every(entity.name)
    below = below.union(sa.select(step.column("id")).where(step.column(parent) == below.c.id))
    return sa.select(below.c.id)


def _in_teams(model: Model, owner: UUID | None, user: Mapping[str, Any], scope: Any) -> bool:
    links = _team_links(model)
    mine = set(_teams_of(links, user))
    person = scope.find(model.playing("user").name, owner) if owner is not None and mine else None
    if person is None:
        return False
    team = model.playing("team")
    parent = _parent_link(team)
    waiting, seen = list(_teams_of(links, person)), set()
    while waiting:
        id = waiting.pop()
        if id in mine:
            return True
        above = scope.find(team.name, id) if parent and id not in seen else None
        seen.add(id)
        if above is not None and above.get(parent):
            waiting.append(above[parent])
    return False


def _team_links(model: Model) -> tuple[str, ...]:
    people, team = model.playing("user"), model.playing("team")
    if people is None or team is None:
        return ()
    return tuple(each.name for each in people.fields.values() if getattr(each, "to", None) == team.name)


def _teams_of(links: Iterable[str], person: Mapping[str, Any]) -> tuple[UUID, ...]:
    found: list[UUID] = []
    for link in links:
        value = person.get(link)
        found += value if isinstance(value, list | tuple) else [value] if value else []
    return tuple(found)


def _parent_link(team: Entity) -> str | None:
    named = [each.name for each in team.fields.values() if each.kind == "link" and each.to == team.name]
    return "parent" if "parent" in named else next(iter(named), None)
