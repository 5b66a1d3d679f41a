"""Why somebody may or may not do something: which role says so by which rule, and what the record says to that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from customary.engine.access import ACTS, Access, rules
from customary.engine.access.hidden import target_of
from customary.engine.expressions import Expression
from customary.engine.model.role import Grant, Role
from customary.engine.people.actor import Actor
from customary.engine.records import storage
from customary.engine.records.refusal import Missing
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words

_OF_USER = re.compile(r"\buser\.([a-z]\w*)")


@dataclass(frozen=True, slots=True)
class Value:
    """What a rule read: a path, what stands there, and the entity of the record that it names, if it does."""

    path: str
    plain: Any
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one role says of an act: its rule in the words of the definitions, and whether that holds for the record
    (None where no record is asked about). `values` are what the rule read, as far as the one who asks may see it."""

    role: str
    label: Words
    rule: str
    denies: bool = False
    holds: bool | None = None
    values: tuple[Value, ...] = ()
    of: str = ""
    """The parent that the record follows, when the rule is about that."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether an act is allowed (None: it depends on the record), and all that is said of it."""

    entity: str
    act: str
    allowed: bool | None
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A field that is hidden or closed, and why."""

    field: str
    label: Words
    how: str
    why: Reason


def explain(work: Work, whose: Actor, entity: str, id: UUID | None = None) -> list[Explanation]:
    """Every act of somebody's with an entity, or with one of its records. Raises Missing."""
    if entity not in work.model.entities:
        raise Missing(entity)
    theirs = replace(work, actor=whose)
    record = storage.load(work, entity, id) if id is not None else None
    if id is not None and record is None:
        raise Missing(entity, id)
    scope = RecordScope(theirs, entity, record) if record is not None else None
    return [_of_act(work, theirs, entity, act, scope) for act in ACTS]


def marks(work: Work, whose: Actor, entity: str) -> list[Mark]:
    """The fields of an entity that somebody does not see, or sees but cannot write because of their roles."""
    access, declared = replace(work, actor=whose).access, work.model.entities[entity]
    hidden, closed = access.hidden(entity), access.read_only(entity)
    found = []
    for each in declared.fields.values():
        if each.name in hidden:
            found.append(Mark(each.name, each.label, "hidden", _why_hidden(access, entity, each)))
        elif each.name in closed:
            found.append(Mark(each.name, each.label, "read_only", _why_closed(access, entity, each.name)))
    return found


def _of_act(work: Work, theirs: Work, entity: str, act: str, scope: RecordScope | None) -> Explanation:
    access = theirs.access
    said = tuple(_said(work, access, entity, act, scope))
    if scope is None:
        allowed = None
        if access.right(entity, act).is_empty or access.unrestricted(entity, act):
            allowed = access.unrestricted(entity, act)
        return Explanation(entity, act, allowed, said)
    # What may not be read may not be written either.
    acts = {act} if act in ("create", "import") else {"read", act}
    return Explanation(entity, act, all(access.holds(entity, each, scope) for each in acts), said)


def _said(work: Work, access: Access, entity: str, act: str, scope: RecordScope | None) -> Iterator[Said]:
    if access.admin:
        yield from (Said(role.name, role.label, "all", holds=True) for role in access.held if role.admin)
        return
    for role, grant in access.grants(entity):
        rule = grant.rule(act)
        if rule is not False:
            yield _ruled(work, access, entity, scope, role, grant, rule)
    for rule in access.right(entity, act).allowed or ():
        if isinstance(rule, rules.Shared) and scope is not None:
            if scope.is_shared(entity, scope.record["id"], rule.writing):
                yield Said("", Words({}), "shared", holds=True)
        elif isinstance(rule, rules.OfParent):
            yield from _of_parent(work, access, entity, act, scope, rule)


def _ruled(
    work: Work, access: Access, entity: str, scope: RecordScope | None, role: Role, grant: Grant, rule: Any
) -> Said:
    held = None if scope is None else rule is True or rules.rule_holds(work.model, entity, rule, scope)
    values = () if scope is None else tuple(_values(work, entity, scope, rule))
    return Said(role.name, role.label, rules.describe(rule), grant.deny, held, values)


def _of_parent(
    work: Work, access: Access, entity: str, act: str, scope: RecordScope | None, rule: rules.OfParent
) -> Iterator[Said]:
    of_parent = "read" if act in ("read", "export") else "update"
    parent = scope.follow(entity, rule.link, scope.record) if scope is not None else None
    around = scope.about(parent) if scope is not None and parent is not None else None
    for each in _said(work, access, rule.parent, of_parent, around):
        yield replace(each, of=rule.parent)


def _values(work: Work, entity: str, scope: RecordScope, rule: Any) -> Iterator[Value]:
    """What a rule read of the record and of the user, as far as the one who asks sees those fields."""
    if rule in ("own", "team"):
        name = work.model.entities[entity].owner_field
        if not work.access.hides(entity, (name,)):
            yield Value(name, scope.record.get(name), _target(work, entity, (name,)))
    elif isinstance(rule, Expression):
        ends = (
            path for path in sorted(rule.paths) if not any(path == each[: len(path)] != each for each in rule.paths)
        )
        for path in ends:
            if not work.access.hides(entity, path):
                yield Value(".".join(path), _at(scope, entity, path), _target(work, entity, path))
        user: Mapping[str, Any] = scope.bindings.get("user") or {}
        people = work.model.playing("user")
        for name in dict.fromkeys(_OF_USER.findall(rule.text)):
            if people is not None and not work.access.hides(people.name, (name,)):
                yield Value(f"user.{name}", _plain(user.get(name)), _target(work, people.name, (name,)))


def _at(scope: RecordScope, entity: str, path: Iterable[str]) -> Any:
    """The value at the end of a path over single links; None where it goes through a list, or where it may not go."""
    record: Any = scope.record
    *steps, last = path
    for name in steps:
        each = scope.work.model.entities[entity].fields.get(name)
        if each is None or each.points != "one":
            return None
        record, entity = scope.follow(entity, name, record), each.to
        if record is None or not scope.work.access.holds(entity, "read", scope.about(record)):
            return None
    return _plain(record.get(last))


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | UUID | None) else str(value)


def _target(work: Work, entity: str, path: Iterable[str]) -> str:
    """The entity that a path over single links ends in."""
    for name in path:
        entity = target_of(work.model, entity, name) or "" if entity else ""
    return entity


def _why_hidden(access: Access, entity: str, each: Any) -> Reason:
    if each.only and not set(each.only) & set(access.roles):
        only = [access.model.roles[name] for name in each.only if name in access.model.roles]
        return Reason("only {roles} see it", {"roles": _labels(access, only)})
    said = [role for role, grant in access.grants(entity) if grant.fields.get(each.name) == "hidden"]
    if said:
        return Reason("hidden by {roles}", {"roles": _labels(access, said)})
    return Reason("it is worked out from what may not be seen")


def _why_closed(access: Access, entity: str, name: str) -> Reason:
    said = [role for role, grant in access.grants(entity) if name in grant.fields]
    if said:
        return Reason("closed by {roles}", {"roles": _labels(access, said)})
    return Reason("it must be unique together with a field that may not be seen")


def _labels(access: Access, roles: Iterable[Role]) -> Words:
    """What people call some roles."""
    languages = access.model.settings.languages
    return Words({each: ", ".join(role.label.in_language(each) for role in roles) for each in languages})
