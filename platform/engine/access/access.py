"""The rights of one set of roles under one model."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from customary.engine.access import rules
from customary.engine.access.hidden import Hidden, target_of, with_computed
from customary.engine.access.rules import Rule
from customary.engine.model.model import Entity, Grant, Model, Role
from customary.engine.people.actor import Actor
from customary.engine.people.limits import NO_LIMITS, Limits

ACTS = ("read", "create", "update", "delete", "export")

_KEPT = 256
_compiled: OrderedDict[tuple[str, tuple[str, ...], bool, Limits], Access] = OrderedDict()


def compile(model: Model, actor: Actor) -> Access:  # noqa: A001 - the verb of this stage
    """The rights of `actor` under `model`; equal roles share one value."""
    key = (model.digest, actor.roles, actor.is_system, actor.limits)
    found = _compiled.get(key)
    if found is None:
        found = _compiled[key] = Access(model, actor.roles, actor.is_system, actor.limits)
        if len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return found


@dataclass(frozen=True)
class Access:
    """What the holders of `roles` may do. Roles add up; what none of them grants is refused."""

    model: Model
    roles: tuple[str, ...]
    is_system: bool = False
    limits: Limits = NO_LIMITS
    _rules: dict[tuple[str, str], tuple[Rule, ...] | None] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def admin(self) -> bool:
        """Whether settings, plans and everything else are open to them."""
        return self.is_system or any(role.admin for role in self._held)

    def may(self, entity: str, act: str) -> bool:
        """Whether `act` is allowed on any record at all."""
        return self.rules(entity, act) != ()

    def unrestricted(self, entity: str, act: str) -> bool:
        """Whether `act` is allowed on every record, so that none needs to be looked at."""
        return self.rules(entity, act) is None

    def clause(self, entity: str, act: str, rows: Any, values: Any) -> sa.ColumnElement | None:
        """The condition under which a row of `rows` allows `act`; None when every row does."""
        found = self.rules(entity, act)
        if found is None:
            return None
        return rules.clause(self.model, entity, found, rows, values)

    def holds(self, entity: str, act: str, scope: Any) -> bool:
        """Whether the scope's record allows `act`."""
        found = self.rules(entity, act)
        return found is None or any(rules.holds(self.model, entity, rule, scope) for rule in found)

    def speaks_of(self, entity: str) -> bool:
        """Whether one of their roles names the entity itself, so that its records do not just follow their parent."""
        return not self.admin and any(entity in role.entities for role in self._held)

    def hidden(self, entity: str) -> frozenset[str]:
        """Fields whose values they never see, nor could learn by filtering, sorting or grouping."""
        return self._hidden[entity]

    def hides(self, entity: str, path: Sequence[str]) -> bool:
        """Whether one of the names on a path from an entity's records on is hidden from them."""
        for name in path:
            if entity not in self.model.entities:
                return False
            if name in self.hidden(entity):
                return True
            entity = target_of(self.model, entity, name) or ""
        return False

    def read_only(self, entity: str) -> frozenset[str]:
        """Fields that their roles let them see but not write."""
        if self.admin:
            return frozenset()
        marks = [grant.fields for grant in self._grants(entity) if _writes(grant)]
        names = {name for mark in marks for name, how in mark.items() if how == "read_only"}
        found = {name for name in names if all(mark.get(name) in ("read_only", "hidden") for mark in marks)}
        return frozenset(found | _pieces(self.model.entities[entity], found))

    def may_move(self, pipeline: str, source: str, target: str) -> bool:
        """Whether a role lets them move a record between two stages (the pipeline itself decides too)."""
        if self.admin:
            return True
        entity = self.model.pipelines[pipeline].entity
        return any(
            _allows_move(role.pipelines.get(pipeline), source, target)
            for role in self._held
            if (grant := self._grant(role, entity)) is not None and grant.update is not False
        )

    def may_reopen(self, pipeline: str) -> bool:
        """Whether they may take a record out of a stage with an outcome."""
        return self.admin or any(role.pipelines.get(pipeline, {}).get("reopen") is True for role in self._held)

    def may_press(self, button: str) -> bool:
        """Whether a role lets them start the workflow of a button."""
        return not self.limits.read_only and (self.admin or any(button in role.buttons for role in self._held))

    def explain(self, entity: str, act: str) -> list[tuple[str, str]]:
        """Which roles grant `act` and on which records: `[("seller", "own"), ...]`."""
        if self.is_system:
            return [("system", "all")]
        found = [(role.name, "all") for role in self._held if role.admin]
        for role in self._held:
            grant = self._grant(role, entity)
            rule = getattr(grant, act, False)
            if not role.admin and rule is not False:
                found.append((role.name, rules.describe(rule)))
        return found

    def rules(self, entity: str, act: str) -> tuple[Rule, ...] | None:
        """The rules of which one must hold; None when all records are allowed, () when none is."""
        key = (entity, act)
        if key not in self._rules:
            self._rules[key] = self._find_rules(entity, act)
        return self._rules[key]

    @cached_property
    def _held(self) -> tuple[Role, ...]:
        return tuple(self.model.roles[name] for name in self.roles if name in self.model.roles)

    def _find_rules(self, entity: str, act: str) -> tuple[Rule, ...] | None:
        if not self.limits.allow(entity, act):
            return ()
        if self.admin:
            return None
        found: list[Rule] = []
        for grant in self._grants(entity):
            rule = getattr(grant, act)
            if rule is True or rule == "all":
                return None
            if rule is not False and rule != "none" and rule not in found:
                found.append(rule)
        inherited = self._inherited(entity, act)
        if inherited is None:
            return None
        return (*found, *inherited)

    def _inherited(self, entity: str, act: str) -> tuple[Rule, ...] | None:
        """Rows edited inside a parent follow the parent's rights where no role names them."""
        child = self.model.entities[entity]
        if child.child_of is None or child.child_of[0] == entity:
            return ()
        parent, lines = child.child_of
        if not any(entity not in role.entities and parent in role.entities for role in self._held):
            return ()
        of_parent = self.rules(parent, "read" if act in ("read", "export") else "update")
        if not of_parent:
            return of_parent
        return (rules.OfParent(parent, _link_of(self.model, parent, lines), of_parent),)

    def _grants(self, entity: str) -> Iterable[Grant]:
        return [grant for role in self._held if (grant := self._grant(role, entity)) is not None]

    def _grant(self, role: Role, entity: str) -> Grant | None:
        if entity in role.entities:
            return role.entities[entity]
        child_of = self.model.entities[entity].child_of if entity in self.model.entities else None
        if child_of is not None and child_of[0] in role.entities:
            return None
        return role.entities.get("*")

    @cached_property
    def _hidden(self) -> Hidden:
        """Of all entities at once: computed fields read from one to the other, also in circles of entities."""
        said = {each.name: self._said_hidden(each) for each in self.model.entities.values()}
        hidden = with_computed(self.model, said, self._leads_to_readable)
        return {name: each | _pieces(self.model.entities[name], each) for name, each in hidden.items()}

    def _leads_to_readable(self, entity: str | None, name: str, target: str) -> bool:
        if self.unrestricted(target, "read"):
            return True
        if entity is None:
            return False
        # Rows inside a record may be read with it, and whoever may read a row only through its record reads that.
        up, down = (target, name), (entity, _link_behind(self.model, entity, name))
        here, there = self._parents(entity), self._parents(target)
        return down in there or (bool(here) and here == {up})

    def _parents(self, entity: str) -> set[tuple[str, str] | None]:
        """The parents, with the links to them, by whose rights records may be read; None stands for other rules."""
        found = self.rules(entity, "read") or ()
        return {(rule.parent, rule.link) if isinstance(rule, rules.OfParent) else None for rule in found}

    def _said_hidden(self, entity: Entity) -> set[str]:
        if self.is_system:
            return set()
        hidden = {each.name for each in entity.fields.values() if each.only and not set(each.only) & set(self.roles)}
        if not self.admin:
            marks = [grant.fields for grant in self._grants(entity.name) if grant.read is not False]
            names = {name for mark in marks for name, how in mark.items() if how == "hidden"}
            hidden |= {name for name in names if all(mark.get(name) == "hidden" for mark in marks)}
        return hidden


def _pieces(entity: Entity, names: Iterable[str]) -> set[str]:
    """The parts of these fields: what holds for an address holds for its city."""
    return {path for name in names if name in entity.fields for path in entity.fields[name].pieces}


def _link_behind(model: Model, entity: str, name: str) -> str:
    """The link against which lines or an inverse are followed."""
    owner = model.entities[entity]
    return owner.inverses[name].field if name in owner.inverses else getattr(owner.fields.get(name), "through", "")


def _link_of(model: Model, parent: str, lines: str) -> str:
    return model.entities[parent].fields[lines].through


def _writes(grant: Grant) -> bool:
    return grant.update is not False or grant.create is not False


def _allows_move(rights: Mapping[str, Any] | None, source: str, target: str) -> bool:
    if rights is None or "move" not in rights:
        return True
    pairs = rights["move"]
    if isinstance(pairs, bool) or pairs in ("all", "none"):
        return pairs in (True, "all")
    return any(tuple(pair) == (source, target) for pair in pairs)
