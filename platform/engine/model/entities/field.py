"""Fields: first their shape (kind, keys, links), later their expressions, when all names are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from customary.engine.expressions import ExpressionError, Template
from customary.engine.expressions.parser import parse
from customary.engine.expressions.types import DATE, DATETIME
from customary.engine.fields import Field, KeyProblem, Refusal, kinds
from customary.engine.fields.boolean import Boolean
from customary.engine.fields.consent import Consent
from customary.engine.fields.text import Text
from customary.engine.model.build import Build, Sketch, items, label, plain, was
from customary.engine.model.duration import from_now
from customary.engine.model.entities.computed import check_written, compile_computed, written
from customary.engine.model.names import ModelNames
from customary.engine.text import node as text
from customary.engine.words import words

LATER = ("default", "required", "read_only", "visible", "where", "inverse_label")
"""Keys that wait until every field of every entity is known: expressions, and what is said of the other side."""

RESERVED = frozenset({"old", "user", "record", "payload", "entity", "this", "now", "true", "false", "null", "in"})


def shape_fields(build: Build, sketch: Sketch) -> None:
    """Gives the sketch its own fields, without their expressions."""
    claimed: dict[str, str] = {}
    for name, body in items(sketch.body.get("fields")):
        place = sketch.body.get("fields").place_of(name)
        if name in RESERVED:
            build.add(place, f"“{name}” has a meaning of its own in expressions", "Choose another name.")
            continue
        if len(name) > 60:
            build.add(place, f"“{name}” is too long a name", "Use at most 60 letters.")
            continue
        for old in was(body):
            if claimed.setdefault(old, name) != name:
                build.add(body.get("was").place, f"“{old}” is said to be the old name of “{claimed[old]}” too")
        sketch.fields[name] = _shaped(build, sketch, name, body)
        sketch.nodes[name] = body


def _shaped(build: Build, sketch: Sketch, name: str, body: text.Mapping) -> Field:
    kind = kinds().get(plain(body, "type", "text"), Text)
    check_written(build, name, kind, body)
    common: dict[str, Any] = {
        "name": name,
        "entity": sketch.name,
        "label": label(body, name),
        "help": words(plain(body, "help")),
        "was": was(body),
        "filled_from": _filled_from(build, body),
        "only": tuple(plain(body, "only", ())),
    }
    for key in ("unique", "index", "search", "personal", "reveals"):
        common[key] = plain(body, key, False) is True
    common["history"] = plain(body, "history", plain(sketch.body, "history", True)) is not False
    _check_keys(build, name, kind, body)
    own = {key: text.plain(body.get(key)) for key in kind.keys if key in body and key not in LATER}
    return configured(build, kind, body, {key: each for key, each in own.items() if each is not None}, common)


def _filled_from(build: Build, body: text.Mapping) -> str:
    """The text of `from`. What its names mean, only the applied release knows, so a plan tells of those."""
    node = body.get("from")
    if not isinstance(node, text.Scalar) or not isinstance(node.data, str):
        return ""
    begin = 1 if node.data.startswith("=") else 0
    try:
        parse(node.data[begin:])
    except ExpressionError as error:
        build.add(node.text_place(error.offset + begin), error.summary, error.remedy)
    return node.data[begin:].strip()


def configured(
    build: Build, kind: type[Field], body: text.Mapping, own: dict[str, Any], common: dict[str, Any]
) -> Field:
    """The field with its kind's own keys; without those that make no sense; as a text where none of it does."""
    workspace = build.workspace
    keys = dict(own)
    while True:
        try:
            return kind(**common, **kind.configure(keys, workspace))
        except KeyProblem as problem:
            if problem.key in keys:
                build.add(body.get(problem.key).place, problem.summary, problem.remedy)
                del keys[problem.key]
                continue
            if problem.key not in own:
                place = (body.get("type") or body).place
                build.add(place, f"“{common['name']}” {problem.summary}", problem.remedy)
            return Text(**common)


def _check_keys(build: Build, name: str, kind: type[Field], body: text.Mapping) -> None:
    word = kind.kind
    if plain(body, "unique") is True and not kind.comparable:
        build.add(body.get("unique").place, f"“{name}” cannot be unique", f"A {word} field is not compared as a whole.")
    if "default" in body and kind.sealed:
        build.add(body.place_of("default"), f"“{name}” is secret, so it has no default", "Remove it.")
    if issubclass(kind, Consent) and plain(body, "basis", kind.basis) == kind.basis and plain(body, "default", False):
        build.add(body.place_of("default"), f"nobody agrees to “{name}” unasked", "Remove it, or say another “basis”.")
    if plain(body, "search") is True and not kind.searchable:
        build.add(body.get("search").place, f"“{name}” cannot be searched", f"Search looks in texts, not in {word}.")


def finish_fields(build: Build, sketch: Sketch) -> None:
    """Gives the sketch's fields their expressions."""
    names = build.names(sketch.name)
    for name, body in sketch.nodes.items():
        each = sketch.fields[name]
        for role in plain(body, "only", ()):
            if role not in build.definitions.of("role"):
                build.add(body.get("only").place, f"“{role}” is not a role")
        if more := _later_keys(build, each, body, names):
            sketch.fields[name] = replace(each, **more)


def _later_keys(build: Build, each: Field, body: text.Mapping, names: ModelNames) -> dict[str, Any]:
    more: dict[str, Any] = {}
    for key in ("required", "read_only"):
        if key in body:
            given = text.plain(body.get(key))
            more[key] = given if isinstance(given, bool) else build.condition(body.get(key), names) or False
    if "visible" in body:
        more["visible"] = build.condition(body.get("visible"), names)
    more |= compile_computed(build, each, body, names)
    if "where" in body and hasattr(each, "where"):
        chosen = build.names(each.to, old=False)
        more["where"] = build.question(body.get("where"), chosen)
    if each.kind == "auto_number":
        more["template"] = _number_template(build, each, body, names)
    if "default" in body:
        more["default"] = field_value(build, body.get("default"), each, names)
    elif isinstance(each, Boolean) and written(body) is None:
        more["default"] = False
    return more


def _number_template(build: Build, each: Field, body: text.Mapping, names: ModelNames) -> Template | None:
    given = body.get("format") or text.Scalar(each.written, body.place)
    return build.template(replace(given, data=each.marked), names)


def field_value(build: Build, node: text.Node, each: Field, names: ModelNames, *, durations: bool = False) -> object:
    """What is written for a field: an expression after `=`, a text with holes, or a value of its kind.

    With `durations` a date may be written as how long from now: `3d`.
    """
    given = text.plain(node)
    if isinstance(given, str) and given.startswith("="):
        return build.expression(node, names, each.value_type)
    if isinstance(given, str) and "{{" in given:
        if each.templated:
            return build.template(node, names)
        build.add(node.place, f"a {each.kind} field takes no text with holes", "Begin an expression with “=”.")
        return None
    if durations and isinstance(given, str) and each.value_type in (DATE, DATETIME):
        moved = from_now(given, day=each.value_type == DATE)
        if moved is not None:
            return build.spelled_out(node, moved, names, each.value_type)
    return literal(build, node, each)


def literal(build: Build, node: text.Node, each: Field) -> object:
    """A value of the field's kind; what does not fit becomes a problem."""
    given = text.plain(node)
    if given is None:
        return None
    if each.points:
        build.add(node.place, f"“{given}” is not a record", f"Write an expression: {each.name}: =user.")
        return None
    try:
        value = each.take(given) if each.several else each.from_json(given)
    except Refusal as refusal:
        build.add(node.place, f"“{_shown(given)}” does not fit {each.name}: it {refusal}")
        return None
    for reason in each.check(value) if value not in (None, ()) else ():
        build.add(node.place, f"“{_shown(given)}” does not fit {each.name}: it {reason}")
    return value


def _shown(given: object) -> str:
    return ", ".join(map(str, given)) if isinstance(given, list) else str(given)[:60]


def text_like(fields: Iterable[Field]) -> Iterable[Field]:
    """Fields that can stand for a record in one line."""
    return (each for each in fields if each.naming and not each.system)
