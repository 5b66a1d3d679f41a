"""Who is asked to decide: a role, a team, or people whom an expression names."""

from __future__ import annotations

from typing import Any

from customary.engine.expressions.types import ListOf, Record
from customary.engine.model.build import Build
from customary.engine.model.names import ModelNames
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text


def compile_by(build: Build, node: text.Node | None, names: ModelNames) -> Any:
    """`role …` or `team …` as text, or the expressions that give users; None when it is a problem."""
    if node is None:
        return None
    if isinstance(node, text.Sequence):
        return tuple(each for item in node if (each := compile_by(build, item, names)) is not None)
    given = str(text.plain(node))
    if given.startswith("="):
        return _people(build, node, names)
    kind, _, name = given.partition(" ")
    roles = build.definitions.of("role")
    if kind == "team" and name.strip():
        return f"team {name.strip()}"
    role = name.strip() if kind == "role" and name else given
    if role in roles:
        return f"role {role}"
    build.add(node.place, f"“{role}” is not a role", did_you_mean(role, roles) or "Name a role, or a user after “=”.")
    return None


def _people(build: Build, node: text.Node, names: ModelNames) -> Any:
    found = build.expression(node, names)
    if found is None:
        return None
    kind = found.type.item if isinstance(found.type, ListOf) else found.type
    if not isinstance(kind, Record) or kind.entity not in ("", build.user):
        build.add(node.place, f"a {found.type} cannot decide", "Name a user, such as =owner.manager.")
        return None
    return found
