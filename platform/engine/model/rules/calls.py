"""Workflows that run others: what one declares, and what the other gives it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine.expressions.types import JSON
from customary.engine.model.build import Build, frozen, plain
from customary.engine.model.names import ModelNames
from customary.engine.model.rules.payload import KINDS, Shape, Unfit, compiled, take
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text


def compile_called(build: Build, kind: str, body: text.Mapping) -> Mapping[str, Any] | None:
    """The trigger: of an entity, or of none."""
    inner = body.get(kind)
    entity = ""
    if isinstance(inner, text.Mapping) and "of" in inner:
        sketch = build.entity_named(inner.get("of"))
        if sketch is None:
            return None
        entity = sketch.name
    return frozen({"kind": kind, "entity": entity, "payload": _inputs(inner)})


def compile_run(build: Build, node: text.Mapping, about: str, names: ModelNames) -> dict[str, Any]:
    """The step, over a record of the entity `about`, or none."""
    workflows = build.definitions.of("workflow")
    name = build.one_of(node.get("workflow"), workflows, "a workflow")
    found: dict[str, Any] = {"workflow": name, "entity": about, "inputs": frozen({})}
    if name is None:
        return found
    place = node.get("workflow").place
    trigger = next(_called(workflows[name].body.get("when")), None)
    if trigger is None:
        build.add(place, f"{name} does not say that it may be run", "Give it the trigger called: true.")
        return found
    of = str(plain(trigger, "of", "")) if isinstance(trigger, text.Mapping) else ""
    if of and of != about:
        summary = f"{name} is about {of}, and this is {f'about {about}' if about else 'about no record'}"
        build.add(place, summary, f"Say which: record: =…, of {of}.")
    given = _given(build, node, _inputs(trigger), names)
    return {**found, "entity": of, "inputs": frozen(given)}


def _given(build: Build, node: text.Mapping, declared: Shape, names: ModelNames) -> dict[str, Any]:
    said = node.get("inputs")
    said = said if isinstance(said, text.Mapping) else text.Mapping({}, {}, node.place, node.layer)
    for name, (_, required) in declared.items():
        if required and name not in said:
            build.add(said.place, f"the input “{name}” is missing", "Give it a value.")
    found = {}
    for name, each in said.items():
        if name in declared:
            found[name] = _value(build, each, name, declared, names)
        else:
            build.add(said.place_of(name), f"“{name}” is not an input of it", did_you_mean(name, declared))
    return found


def _value(build: Build, node: text.Node, name: str, declared: Shape, names: ModelNames) -> Any:
    given, kind = text.plain(node), KINDS[declared[name][0]]
    if isinstance(given, str) and given.startswith("="):
        return build.expression(node, names, kind if kind != JSON else None)
    if isinstance(given, str) and "{{" in given:
        return build.template(node, names)
    try:
        return take({name: declared[name]}, {name: given})[name]
    except Unfit as problem:
        build.add(node.place, str(problem))
        return None


def _inputs(trigger: text.Node | None) -> Shape:
    """What a trigger says that it takes."""
    return compiled(plain(trigger, "inputs", {})) if isinstance(trigger, text.Mapping) else {}


def _called(when: text.Node | None) -> Iterable[text.Node]:
    nodes = when.items if isinstance(when, text.Sequence) else (when,)
    return iter([each.get("called") for each in nodes if isinstance(each, text.Mapping) and "called" in each])
