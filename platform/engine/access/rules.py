"""The rules of roles: own, team, an expression, the rules of the parent record, what was shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from customary.engine.access import shares, teams
from customary.engine.model.model import Model


@dataclass(frozen=True, slots=True)
class Right:
    """What roles say of one act: one of the `allowed` rules must hold (None: there is none that must), and none of the
    `denied`."""

    allowed: tuple[Rule, ...] | None
    denied: tuple[Rule, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it holds for every record."""
        return self.allowed is None and not self.denied

    @property
    def is_empty(self) -> bool:
        """Whether it holds for none, whatever a record says."""
        return self.allowed == ()


@dataclass(frozen=True, slots=True)
class OfParent:
    """A child row is allowed when its parent record is."""

    parent: str
    link: str
    right: Right


@dataclass(frozen=True, slots=True)
class Shared:
    """A record is allowed when somebody shared it with the user, or with a team that they are in."""

    writing: bool


Rule = Any
"""`"own"`, `"team"`, an Expression, OfParent or Shared."""
ALL = Right(None)
NONE = Right(())


def clause(model: Model, entity: str, right: Right, rows: Any, values: Any) -> sa.ColumnElement:
    """True for the rows of `rows` for which the right holds."""
    found = [] if right.allowed is None else [sa.or_(sa.false(), *_clauses(model, entity, right.allowed, rows, values))]
    # What is unknown denies nothing.
    denied = (sa.func.coalesce(each, sa.false()) for each in _clauses(model, entity, right.denied, rows, values))
    return sa.and_(sa.true(), *found, *(sa.not_(each) for each in denied))


def holds(model: Model, entity: str, right: Right, scope: Any) -> bool:
    """Whether the right holds for the scope's record."""
    allowed = right.allowed is None or any(rule_holds(model, entity, rule, scope) for rule in right.allowed)
    return allowed and not any(rule_holds(model, entity, rule, scope) for rule in right.denied)


def rule_holds(model: Model, entity: str, rule: Rule, scope: Any) -> bool:
    """Whether one rule holds for the scope's record."""
    if isinstance(rule, OfParent):
        parent = scope.follow(entity, rule.link, scope.record)
        return parent is not None and holds(model, rule.parent, rule.right, scope.about(parent))
    if isinstance(rule, Shared):
        return scope.is_shared(entity, scope.record["id"], rule.writing)
    user = scope.bindings.get("user")
    if rule in ("own", "team"):
        if user is None:
            return False
        owner = scope.record.get(model.entities[entity].owner_field)
        return owner == user["id"] or (rule == "team" and teams.are_colleagues(model, owner, user, scope))
    return rule.holds(scope)


def describe(rule: Rule) -> str:
    """A rule in the words of the definitions."""
    if rule is True:
        return "all"
    return rule if isinstance(rule, str) else f"={rule.text}"


def _clauses(model: Model, entity: str, rules: tuple[Rule, ...], rows: Any, values: Any) -> list[sa.ColumnElement]:
    return [_clause(model, entity, rule, rows, values) for rule in rules]


def _clause(model: Model, entity: str, rule: Rule, rows: Any, values: Any) -> sa.ColumnElement:
    if isinstance(rule, OfParent):
        target, joined = rows.follow(rule.link)
        inner = clause(model, rule.parent, rule.right, target, values)
        return sa.exists(sa.select(sa.literal(1)).select_from(target.from_clause).where(joined, inner))
    if values.user is None and (rule in ("own", "team") or isinstance(rule, Shared)):
        return sa.false()
    if isinstance(rule, Shared):
        return shares.clause(values.shared, rows, rule.writing)
    if rule in ("own", "team"):
        owner = rows.column(model.entities[entity].owner_field)
        own = owner == values.user["id"]
        return sa.or_(own, teams.of_colleagues(model, owner, rows, values.user)) if rule == "team" else own
    return rule.clause(rows, values)
