"""Roles: what each grants, with its conditions compiled over the entity it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.expressions.unset import guarded
from customary.engine.model.build import Build, Sketch, frozen, items, label, plain
from customary.engine.model.people.portal import Portal, portal_of
from customary.engine.model.role import Grant, Role
from customary.engine.model.workflow import Workflow
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document
from customary.engine.words import Words

ACTS = {
    "read": "read",
    "create": "create",
    "update": "update",
    "delete": "delete",
    "export": "export",
    "import": "bring",
}
"""The acts, and where a grant keeps what is said of them."""
WORDS: Mapping[Any, Any] = {"all": True, "none": False, True: True, False: False, "own": "own", "team": "team"}
EVERY = "*"
ALWAYS_SEEN = frozenset({"id", "revision", "created_at", "updated_at", "archived_at"})
"""Fields that no role hides: who sees a record sees that it is there, since when, and as it was last written."""


def compile_roles(build: Build) -> Mapping[str, Role]:
    """The roles by name; one of administrators is there even where nobody declares it."""
    found = {name: _role(build, document) for name, document in build.definitions.of("role").items()}
    if not any(role.admin for role in found.values()) and "admin" not in found:
        title = Words({"en": "Administrator", "zh": "管理员", "el": "Διαχειριστής"})
        found["admin"] = Role(name="admin", label=title, entities=frozen({}), admin=True)
    return frozen(found)


def _role(build: Build, document: Document) -> Role:
    body = document.body
    entities, denies, portal = body.get("entities"), plain(body, "deny", False) is True, portal_of(build, body)
    grants = {}
    for name, grant in items(entities):
        if name == EVERY:
            grants[name] = _grant(build, grant, None, denies)
        elif name in build.sketches:
            grants[name] = _grant(build, grant, build.sketches[name], denies, portal)
        else:
            build.no_entity(entities.place_of(name), name)
    return Role(
        name=document.name,
        label=label(body, document.name),
        entities=frozen(grants),
        pipelines=_pipelines(build, body.get("pipelines")),
        buttons=tuple(map(str, plain(body, "buttons", ()))),
        dashboards=tuple(map(str, plain(body, "dashboards", ()))),
        settings=tuple(map(str, plain(body, "settings", ()))),
        admin=plain(body, "admin", False) is True,
        deny=denies,
        portal=portal.stands if portal else None,
    )


def check_buttons(build: Build, workflows: Mapping[str, Workflow]) -> None:
    """Adds a problem for what a role lets people press that is no button."""
    documents = build.definitions.of("workflow")
    known = [each for each in documents if each not in workflows or workflows[each].has_button]
    for document in build.definitions.of("role").values():
        given = document.body.get("buttons")
        for each in given.items if isinstance(given, text.Sequence) else ():
            build.one_of(each, known, "a workflow with a button")


def _grant(
    build: Build, body: text.Mapping, sketch: Sketch | None, denies: bool = False, portal: Portal | None = None
) -> Grant:
    deny = denies or plain(body, "deny", False) is True
    acts = {ACTS[act]: _act(build, body.get(act), sketch, portal, deny) for act in ACTS if act in body}
    return Grant(**acts, fields=_fields(build, body.get("fields"), sketch), deny=deny)


def _act(build: Build, node: text.Node, sketch: Sketch | None, portal: Portal | None, deny: bool) -> Any:
    given = text.plain(node)
    if portal is not None and given in ("own", "team") and sketch is not None:
        return portal.own(build, node, sketch)
    if isinstance(given, str) and given.startswith("="):
        if sketch is None:
            build.add(node.place, "a rule for all entities cannot be an expression", "Write all, team, own or none.")
            return False
        found = build.question(node, build.names(sketch.name, old=False))
        return guarded(found, grants=not deny) if found else False
    if isinstance(given, str | bool) and given in WORDS:
        return WORDS[given]
    remedy = "Write all, team, own, none, or an expression after “=”."
    build.add(node.place, f"“{given}” is not a right", remedy)
    return False


def _fields(build: Build, node: text.Node | None, sketch: Sketch | None) -> Mapping[str, str]:
    if not isinstance(node, text.Mapping):
        return frozen({})
    for name, each in node.entries.items():
        if sketch is not None and name not in sketch.fields:
            remedy = did_you_mean(name, sketch.fields)
            build.add(node.place_of(name), f"“{name}” is not a field of {sketch.name}", remedy)
        elif name in ALWAYS_SEEN and text.plain(each) == "hidden":
            build.add(
                node.place_of(name), f"“{name}” cannot be hidden", "Every page of a record and its history tell it."
            )
    return frozen(dict(text.plain(node)))


def _pipelines(build: Build, node: text.Node | None) -> Mapping[str, Mapping[str, Any]]:
    known = {each.name: each for sketch in build.sketches.values() for each in sketch.pipelines}
    found: dict[str, Mapping[str, Any]] = {}
    for name, body in items(node):
        if name not in known:
            build.add(node.place_of(name), f"“{name}” is not a pipeline", did_you_mean(name, known))
            continue
        rights: dict[str, Any] = {}
        if "reopen" in body:
            rights["reopen"] = plain(body, "reopen") is True
        if isinstance(move := body.get("move"), text.Sequence):
            rights["move"] = tuple(_pair(build, pair, known[name].stages) for pair in move)
        found[name] = frozen(rights)
    return frozen(found)


def _pair(build: Build, pair: text.Node, stages: Mapping[str, Any]) -> tuple[str, ...]:
    ends = pair.items if isinstance(pair, text.Sequence) else ()
    return tuple(filter(None, (build.one_of(each, stages, "a stage of this pipeline") for each in ends)))
