"""Steps that reach beyond the record at hand: what they name is checked, and what they leave out filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.expressions.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, ListOf, Record, Type
from customary.engine.model.build import Build, Sketch, frozen, plain
from customary.engine.model.duration import from_now
from customary.engine.model.names import ModelNames
from customary.engine.model.rules.calls import compile_run
from customary.engine.model.rules.values import value, values
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text

MADE = "made"
"""What a conversion has made, by entity, while it goes on."""

Body = dict[str, Any]
_NOTHING = text.Mapping({}, {}, None, None)  # type: ignore[arg-type]


def given_names(step: Mapping[str, Any], names: ModelNames) -> ModelNames | None:
    """The names with what such a step gives; None where it is as with other steps."""
    if step["kind"] == "find" and not step["first"]:
        return names.with_bindings({step["as"]: ListOf(item=Record(entity=step["entity"]))})
    if step["kind"] == "convert":
        return names.with_shape(step["as"], f"the result {step['as']}", _records(step["into"]))
    if step["kind"] == "run":
        ended: dict[str, Type] = {"done": BOOLEAN, "status": TEXT, "reason": TEXT}
        return names.with_shape(step["as"], f"the result {step['as']}", ended)
    return None


def _find(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    sketch = build.entity_named(node.get("entity"))
    found: Body = {"entity": "", "where": None, "sort": (), "first": plain(node, "first", False)}
    if sketch is None:
        return found
    where = build.question(node.get("where"), names.of_others(sketch.name))
    return {**found, "entity": sketch.name, "where": where, "sort": tuple(_sort(build, node, sketch))}


def _sort(build: Build, node: text.Mapping, sketch: Sketch) -> list[tuple[str, bool]]:
    found, nodes = [], node.get("sort")
    for each in nodes.items if isinstance(nodes, text.Sequence) else ():
        written = str(text.plain(each))
        field = sketch.fields.get(written.removeprefix("-"))
        if field is None or not field.sortable:
            known = [name for name, each in sketch.fields.items() if each.sortable]
            summary = f"{sketch.name} cannot be sorted by “{written.removeprefix('-')}”"
            build.add(each.place, summary, did_you_mean(written.removeprefix("-"), known))
        else:
            found.append((field.name, written.startswith("-")))
    return found


def _upsert(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    sketch = build.entity_named(node.get("entity"))
    if sketch is None:
        return {"entity": "", "match": (), "values": frozen({})}
    set_ = values(build, node.get("set"), sketch.name, names)
    return {"entity": sketch.name, "match": _match(build, node.get("match"), sketch, set_), "values": set_}


def _match(build: Build, node: text.Node | None, sketch: Sketch, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields by whose values a record is known; each has one among those that are set."""
    found = build.field_names(node, sketch)
    for name in found:
        if not sketch.fields[name].comparable or sketch.fields[name].points in ("many", "inside", "any"):
            build.add(node.place, f"no record can be known by “{name}”", "Name a field with one plain value.")
        elif name not in given:
            build.add(node.place, f"“{name}” is not set", f"Give {name} a value, by which the record is known.")
    return found


def _copy(build: Build, about: str, node: text.Node, names: ModelNames) -> Body:
    body = node if isinstance(node, text.Mapping) else _NOTHING
    record, entity = _record(build, about, body.get("record"), names)
    set_ = values(build, body.get("set"), entity, names)
    found = {"entity": entity, "values": set_, "lines": plain(body, "lines", True)}
    return found if record is None else {**found, "record": record}


def _tag(build: Build, about: str, node: text.Node, names: ModelNames) -> Body:
    body = node if isinstance(node, text.Mapping) else text.Mapping({"add": node}, {}, node.place, node.layer)
    texts = {key: value(build, {}, body.get(key), names) if key in body else () for key in ("add", "remove")}
    return {"field": _field_of_kind(build, about, node, "tags"), **texts}


def _follow(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    users = value(build, {}, node.get("user"), names)
    for each in users if isinstance(users, tuple) else (users,):
        if not isinstance(each, Expression) or each.type != Record(entity=build.user):
            build.add(node.get("user").place, "this is not a user", "Name one, such as =owner.")
    return {"field": _field_of_kind(build, about, node, "users"), "user": users}


def _field_of_kind(build: Build, about: str, node: text.Node, kind: str) -> str | None:
    """The field that is named, or the only one of this kind."""
    sketch = build.sketches[about]
    known = [each.name for each in sketch.fields.values() if each.kind == kind and each.entered]
    if isinstance(node, text.Mapping) and "field" in node:
        return build.one_of(node.get("field"), known, f"a field of {kind} of {about}")
    if len(known) != 1:
        how_many = "several fields" if known else "no field"
        remedy = f"Name one: {', '.join(known)}." if known else f"Give it one of the type {kind}."
        build.add(node.place, f"{about} has {how_many} of {kind}", remedy)
        return None
    return known[0]


def _share(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    with_ = value(build, {}, node.get("with"), names)
    if not isinstance(with_, Expression) or getattr(with_.type, "entity", "") not in (build.user, build.team):
        build.add(node.get("with").place, "this is neither a user nor a team", "Name one, such as =owner.")
    return {"with": with_, "writing": plain(node, "writing", False), "until": _until(build, node.get("until"), names)}


def _until(build: Build, node: text.Node | None, names: ModelNames) -> Expression | None:
    if node is None:
        return None
    given = str(text.plain(node))
    written = given[1:] if given.startswith("=") else from_now(given, day=True)
    if written is None:
        build.add(node.place, f"“{given}” is not a duration", "Write one, such as 30d, or a day after “=”.")
        return None
    found = build.spelled_out(node, written, names)
    if found is not None and found.type not in (DATE, DATETIME):
        build.add(node.place, f"a {found.type} is not a day", "Write a duration, such as 30d.")
    return found


def _convert(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    into: dict[str, Mapping[str, Any]] = {}
    for entity, body in node.get("into").items():
        if entity not in build.sketches:
            build.no_entity(node.get("into").place_of(entity), entity)
            continue
        given = values(build, body, entity, _with_made(names, into))
        into[entity] = frozen({**_alike(build, about, entity, body, names), **given})
    match, timeline = node.get("match"), node.get("timeline")
    by = {
        entity: _match(build, each, build.sketches[entity], into[entity])
        for entity, each in (match.items() if isinstance(match, text.Mapping) else ())
        if build.one_of(text.Scalar(entity, match.place_of(entity)), into, "made here")
    }
    return {
        "entity": about,
        "into": frozen(into),
        "match": frozen(by),
        "values": values(build, node.get("set"), about, _with_made(names, into)),
        "timeline": build.one_of(timeline, into, "made here") if timeline is not None else None,
    }


def _with_made(names: ModelNames, into: Mapping[str, Any]) -> ModelNames:
    return names.with_shape(MADE, "what was made", _records(into))


def _records(entities: Mapping[str, Any]) -> dict[str, Type]:
    return {entity: Record(entity=entity) for entity in entities}


def _alike(build: Build, about: str, entity: str, node: text.Node, names: ModelNames) -> dict[str, Any]:
    """Expressions for the fields that both entities have, and that are not given."""
    own, fields = build.sketches[about].fields, build.sketches[entity].fields
    alike = [
        name
        for name, each in fields.items()
        if (each.entered and not each.system and each.points != "inside" and not each.sealed and not each.attaches)
        and (name in own and own[name].kind == each.kind and own[name].value_type == each.value_type)
        and not (isinstance(node, text.Mapping) and name in node)
    ]
    found = {name: build.spelled_out(node, name, names) for name in alike}
    return {name: each for name, each in found.items() if each is not None}


def _merge(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    record, entity = _record(build, about, node.get("record"), names)
    into, stays = _record(build, about, node.get("into"), names)
    if entity and stays and entity != stays:
        build.add(node.get("record").place, f"{entity} cannot be merged into {stays}", "Both are of one entity.")
    return {"entity": entity, "record": record, "into": into, "values": values(build, node.get("set"), entity, names)}


def _record(build: Build, about: str, node: text.Node | None, names: ModelNames) -> tuple[Expression | None, str]:
    """The record that is named, with its entity; none, and the workflow's entity, where none is named."""
    if node is None:
        return None, about
    found = value(build, {}, node, names)
    entity = found.type.entity if isinstance(found, Expression) and isinstance(found.type, Record) else ""
    if entity in build.sketches:
        return found, entity
    build.add(node.place, "this does not name a record", "Write an expression, such as =account.")
    return None, ""


def _run(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    record, entity = _record(build, about, node.get("record"), names)
    found = compile_run(build, node, entity, names)
    return found if record is None else {**found, "record": record}


def _assign(build: Build, about: str, node: text.Mapping, names: ModelNames) -> Body:
    """`weight` and `least` are asked of each of those among whom somebody is chosen."""
    theirs = names.of_others(build.user)
    asked = {key: build.expression(node.get(key), theirs, NUMBER) for key in ("weight", "least") if key in node}
    return {key: value(build, {}, each, names) for key, each in node.items() if key not in asked} | asked


SEVERAL: Mapping[str, Callable[[Build, str, Any, ModelNames], Body]] = {
    "assign": _assign,
    "find": _find,
    "upsert": _upsert,
    "copy": _copy,
    "tag": _tag,
    "follow": _follow,
    "share": _share,
    "convert": _convert,
    "merge": _merge,
    "run": _run,
}
