"""Rights that people could raise themselves: a rule compares what they may write in their own record. All warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from customary.engine.expressions import Expression, meaning
from customary.engine.expressions.paths import all_nodes
from customary.engine.model.build import Build, Sketch, items
from customary.engine.model.role import Role
from customary.engine.text import node as text

ACTS = ("read", "create", "update", "delete", "export", "import")


def check_raising(build: Build, roles: Mapping[str, Role]) -> None:
    """Adds a warning where what a rule asks of a person is theirs to change."""
    people = build.sketches.get(build.user)
    open_to = _open(people, roles) if people is not None else {}
    for name, document in build.definitions.of("role").items() if open_to else ():
        for entity, grant in items(document.body.get("entities")):
            _check_grant(build, roles[name], entity, grant, open_to)


def _check_grant(build: Build, role: Role, entity: str, grant: text.Mapping, open_to: Mapping[str, str]) -> None:
    said = role.entities.get(entity)
    for act in ACTS if said is not None and not role.admin else ():
        for field in _asked(build, said.rule(act)) if act in grant else ():
            if field in open_to:
                summary = f"this depends on “{field}” of people, which {open_to[field]} lets them change themselves"
                remedy = f"Write in {open_to[field]}: entities: {{{build.user}: {{fields: {{{field}: read_only}}}}}}"
                build.warn(grant.get(act).place, summary, remedy)


def _asked(build: Build, rule: object) -> Iterator[str]:
    """The fields of the user that a rule asks."""
    if rule == "team":
        fields = build.sketches[build.user].fields.values()
        yield from (each.name for each in fields if getattr(each, "to", None) == build.team)
    nodes = all_nodes(rule.node) if isinstance(rule, Expression) else ()
    found = (each.name for each in nodes if isinstance(each, meaning.Field) and _is_user(each.on))
    yield from dict.fromkeys(found)


def _is_user(node: meaning.Node) -> bool:
    return isinstance(node, meaning.Bound) and node.name == "user"


def _open(people: Sketch, roles: Mapping[str, Role]) -> Mapping[str, str]:
    """The fields of their own record that a role lets people write, with the first such role. A rule over people is
    taken to be one about themselves, as `id == user.id` is."""
    found: dict[str, str] = {}
    for role in roles.values():
        grant = role.entities.get(people.name, role.entities.get("*"))
        if role.admin or grant is None or grant.deny or grant.update in (False, "own", "team"):
            continue
        for each in people.fields.values():
            marked = grant.fields.get(each.name) or (each.only and role.name not in each.only)
            if each.entered and each.read_only is not True and not marked:
                found.setdefault(each.name, role.name)
    return found
