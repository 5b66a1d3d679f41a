"""The rights of one set of roles under one model."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from customary.engine.access import marks, rules
from customary.engine.access.hidden import Hidden, target_of, with_computed
from customary.engine.access.rules import ALL, NONE, Right, Rule
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.model.role import Grant, Role
from customary.engine.people.actor import Actor
from customary.engine.people.limits import NO_LIMITS, Limits

ACTS = ("read", "create", "update", "delete", "export", "import")

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
    """What the holders of `roles` may do. Roles add up; what none of them grants is refused, and what one denies."""

    model: Model
    roles: tuple[str, ...]
    is_system: bool = False
    limits: Limits = NO_LIMITS
    _rights: dict[tuple[str, str], Right] = field(default_factory=dict, compare=False, repr=False)

    @property
    def holders(self) -> tuple[Any, ...]:
        """Those who may do all that this says, and nothing else: what is kept for some of them serves them all."""
        return self.roles, self.is_system, self.limits

    @cached_property
    def admin(self) -> bool:
        """Whether settings, plans and everything else are open to them."""
        return self.is_system or any(role.admin for role in self.held)

    @cached_property
    def portal(self) -> bool:
        """Whether they come from outside, and so know nobody here by name."""
        return bool(self.held) and all(role.portal is not None for role in self.held)

    def may(self, entity: str, act: str) -> bool:
        """Whether `act` is allowed on any record at all."""
        return not self.right(entity, act).is_empty

    def unrestricted(self, entity: str, act: str) -> bool:
        """Whether `act` is allowed on every record, so that none needs to be looked at."""
        return self.right(entity, act).is_whole

    def clause(self, entity: str, act: str, rows: Any, values: Any) -> sa.ColumnElement | None:
        """The condition under which a row of `rows` allows `act`; None when every row does."""
        right = self.right(entity, act)
        return None if right.is_whole else rules.clause(self.model, entity, right, rows, values)

    def holds(self, entity: str, act: str, scope: Any) -> bool:
        """Whether the scope's record allows `act`."""
        right = self.right(entity, act)
        return right.is_whole or rules.holds(self.model, entity, right, scope)

    def speaks_of(self, entity: str) -> bool:
        """Whether one of their roles names the entity itself, so that its records do not just follow their parent."""
        return not self.admin and any(entity in role.entities for role in self.held)

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

    def read_only(self, entity: str, new: bool = False) -> frozenset[str]:
        """Fields that their roles let them see but not write, of records that are there or of `new` ones."""
        if self.admin:
            return frozenset()
        declared = self.model.entities[entity]
        found = marks.closed(declared, self._grants(entity), new)
        if not new:
            found |= marks.telling(declared, self.hidden(entity))
        return frozenset(found | marks.pieces(declared, found))

    def may_move(self, pipeline: str, source: str, target: str) -> bool:
        """Whether a role lets them move a record between two stages (the pipeline itself decides too)."""
        if self.admin:
            return True
        entity, move = self.model.pipelines[pipeline].entity, (source, target)
        return any(
            allows_move(role.pipelines.get(pipeline), *move)
            for role in self._granting
            if (grant := self._grant(role, entity)) is not None and grant.update is not False
        ) and not any(
            "move" in role.pipelines.get(pipeline, {}) and allows_move(role.pipelines[pipeline], *move)
            for role in self._denying
        )

    def may_reopen(self, pipeline: str) -> bool:
        """Whether they may take a record out of a stage with an outcome."""
        return self.admin or self._said(lambda role: role.pipelines.get(pipeline, {}).get("reopen") is True)

    def may_press(self, button: str) -> bool:
        """Whether a role lets them start the workflow of a button."""
        return not self.limits.read_only and (self.admin or self._said(lambda role: button in role.buttons))

    def may_look_at(self, dashboard: str) -> bool:
        """Whether a role shows them a dashboard."""
        return self.admin or self._said(lambda role: dashboard in role.dashboards)

    def may_open(self, part: str) -> bool:
        """Whether a role opens a part of the settings to them."""
        return self.admin or self._said(lambda role: part in role.settings)

    def may_give(self, role: Role) -> bool:
        """Whether they may give a role to people, or take it from them: none that opens what is closed to them."""
        return self.admin or (not role.admin and all(map(self.may_open, role.settings)))

    def explain(self, entity: str, act: str) -> list[tuple[str, str]]:
        """Which roles grant `act` and on which records: `[("seller", "own"), ...]`."""
        if self.is_system:
            return [("system", "all")]
        found = [(role.name, "all") for role in self.held if role.admin]
        for role in self._granting:
            grant = self._grant(role, entity)
            rule = grant.rule(act) if grant is not None and not grant.deny else False
            if not role.admin and rule is not False:
                found.append((role.name, rules.describe(rule)))
        return found

    def right(self, entity: str, act: str) -> Right:
        """What all roles together say of an act."""
        key = (entity, act)
        if key not in self._rights:
            self._rights[key] = self._find_right(entity, act)
        return self._rights[key]

    def grants(self, entity: str) -> list[tuple[Role, Grant]]:
        """What each role says of an entity, by name or for all."""
        return [(role, grant) for role in self.held if (grant := self._grant(role, entity)) is not None]

    @cached_property
    def held(self) -> tuple[Role, ...]:
        """The roles, as far as they are declared."""
        return tuple(role for name in self.roles if (role := self.model.role(name)) is not None)

    @property
    def _granting(self) -> list[Role]:
        return [role for role in self.held if not role.deny]

    @property
    def _denying(self) -> list[Role]:
        return [role for role in self.held if role.deny]

    def _said(self, by: Callable[[Role], bool]) -> bool:
        """Whether a role grants something, and none denies it."""
        return any(map(by, self._granting)) and not any(map(by, self._denying))

    def _find_right(self, entity: str, act: str) -> Right:
        if not self.limits.allow(entity, act):
            return NONE
        if self.admin:
            return ALL
        denied = tuple(
            dict.fromkeys(rule for grant in self._grants(entity) if grant.deny and (rule := grant.rule(act)))
        )
        allowed = self._allowed(entity, act)
        if allowed == () or True in denied:
            return NONE
        return Right(allowed, denied)

    def _allowed(self, entity: str, act: str) -> tuple[Rule, ...] | None:
        found = [rule for grant in self._grants(entity) if not grant.deny and (rule := grant.rule(act))]
        inherited = self._inherited(entity, act)
        if True in found or inherited is None:
            return None
        # What a role lets nobody do with any record, nobody can share either.
        shared = [rules.Shared(act == "update")] if found and act in ("read", "update") else []
        return (*dict.fromkeys(found), *shared, *inherited)

    def _inherited(self, entity: str, act: str) -> tuple[Rule, ...] | None:
        """Rows edited inside a parent follow the parent's rights where no role names them."""
        child = self.model.entities[entity]
        if child.child_of is None or child.child_of[0] == entity:
            return ()
        parent, lines = child.child_of
        if not any(entity not in role.entities and parent in role.entities for role in self._granting):
            return ()
        of_parent = self.right(parent, "read" if act in ("read", "export") else "update")
        if of_parent.is_whole:
            return None
        if of_parent.is_empty:
            return ()
        return (rules.OfParent(parent, _link_of(self.model, parent, lines), of_parent),)

    def _grants(self, entity: str) -> list[Grant]:
        return [grant for _, grant in self.grants(entity)]

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
        return {name: each | marks.pieces(self.model.entities[name], each) for name, each in hidden.items()}

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
        found = self.right(entity, "read").allowed or ()
        return {(rule.parent, rule.link) if isinstance(rule, rules.OfParent) else None for rule in found}

    def _said_hidden(self, entity: Entity) -> set[str]:
        if self.is_system:
            return set()
        hidden = {each.name for each in entity.fields.values() if each.only and not set(each.only) & set(self.roles)}
        if not self.admin:
            hidden |= marks.hidden(entity, self._grants(entity.name))
        return hidden


def _link_behind(model: Model, entity: str, name: str) -> str:
    """The link against which lines or an inverse are followed."""
    owner = model.entities[entity]
    return owner.inverses[name].field if name in owner.inverses else getattr(owner.fields.get(name), "through", "")


def _link_of(model: Model, parent: str, lines: str) -> str:
    return model.entities[parent].fields[lines].through


def allows_move(rights: Mapping[str, Any] | None, source: str, target: str) -> bool:
    """Whether what a role says of a pipeline allows a move; where it says nothing of moves, all are."""
    if rights is None or "move" not in rights:
        return True
    pairs = rights["move"]
    if isinstance(pairs, bool) or pairs in ("all", "none"):
        return pairs in (True, "all")
    return any(tuple(pair) == (source, target) for pair in pairs)
