"""Examples: the names in them are names of the model, before anybody tries them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine.fields import Field
from customary.engine.model.build import Build, Sketch, items, plain
from customary.engine.model.people.role import ACTS
from customary.engine.model.role import Role
from customary.engine.model.workflow import Workflow
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text

RECORD = "record"
"""In `fails`: the record as a whole."""
ABOUT_ONE = ("given", "as", "set", "press", "gives", "fails")
"""What only examples about a record say."""


def check_examples(build: Build, roles: Mapping[str, Role], workflows: Mapping[str, Workflow]) -> None:
    """Adds a problem for every name in an example that nobody knows."""
    for sketch in build.sketches.values():
        _of_records(build, sketch, sketch.body, roles)
    for document in build.definitions.of("pipeline").values():
        if sketch := build.sketches.get(str(plain(document.body, "entity"))):
            _of_records(build, sketch, document.body, roles)
    for document in build.definitions.of("web_form").values():
        if sketch := build.sketches.get(str(plain(document.body, "entity"))):
            _of_records(build, sketch, document.body, roles)
    for document in build.definitions.of("role").values():
        for _, example in items(document.body.get("examples")):
            _of_role(build, example)
    for name, document in build.definitions.of("workflow").items():
        workflow = workflows.get(name)
        if workflow and not workflow.entity:
            _of_time(build, workflow, document.body.get("examples"))
        if workflow and (sketch := build.sketches.get(workflow.entity)):
            for _, example in items(document.body.get("examples")):
                _of_rule(build, sketch, example, roles)


def _of_role(build: Build, example: text.Mapping) -> None:
    given, user = example.get("given"), build.sketches.get(build.user)
    _by_entity(build, given)
    if (values := example.get("user")) is not None:
        _values(build, user, values)
    _there(build, example)
    for key in ("may", "may_not"):
        for each in _items(example.get(key)):
            build.one_of(each, ACTS, "an act")
    sketch = build.sketches.get(next(iter(given), "")) if isinstance(given, text.Mapping) else None
    for key in ("hidden", "read_only") if sketch is not None else ():
        for each in _items(example.get(key)):
            build.one_of(each, sketch.fields, f"a field of {sketch.name}")


def _of_records(build: Build, sketch: Sketch, body: text.Mapping, roles: Mapping[str, Role]) -> None:
    for _, example in items(body.get("examples")):
        _values(build, sketch, example.get("given"))
        _shared(build, sketch, example, roles)


def _of_time(build: Build, workflow: Workflow, examples: text.Node | None) -> None:
    """Of a workflow about no record: time starts it, and nothing else that an example could do."""
    if examples is not None and all(each["kind"] != "schedule" for each in workflow.triggers):
        build.add(examples.place, "a workflow about no record has nothing to give", "Leave the examples out.")
        return
    for _, example in items(examples):
        for key in ABOUT_ONE:
            if key in example:
                told = f"a workflow about no record has no “{key}”"
                build.add(example.place_of(key), told, "Say what is there, and after which time: after: 1d.")
        if "after" not in example:
            build.add(example.place, "an example needs “after”", "Say how much time passes: after: 1d.")
        build.condition(example.get("holds"), build.names(""))
        _there(build, example)
        for each in _items(example.get("creates")):
            _by_entity(build, each, build.names(""))


def _of_rule(build: Build, sketch: Sketch, example: text.Mapping, roles: Mapping[str, Role]) -> None:
    given = example.get("given")
    if given is None:
        told = f"Write the record that it is about: given: {{{sketch.name}: {{…}}}}."
        build.add(example.place, "an example needs “given”", told)
    if isinstance(given, text.Mapping):
        if sketch.name not in given:
            build.add(given.place, f"there is no {sketch.name} in it", f"The workflow is about {sketch.name} records.")
        _by_entity(build, given)
    _shared(build, sketch, example, roles)
    for each in _items(example.get("creates")):
        _by_entity(build, each, build.names(sketch.name))


def _shared(build: Build, sketch: Sketch, example: text.Mapping, roles: Mapping[str, Role]) -> None:
    names = build.names(sketch.name)
    if (role := example.get("as")) is not None:
        build.one_of(role, roles, "a role")
    _values(build, sketch, example.get("set"))
    _values(build, sketch, example.get("gives"), names)
    build.condition(example.get("holds"), names)
    for each in _items(example.get("fails")):
        lines, _, inner = str(text.plain(each)).partition(".")
        if not inner or (of := _inside(build, sketch.fields.get(lines))) is None or inner not in of.fields:
            build.one_of(each, [*sketch.fields, RECORD], f"a field of {sketch.name}")
    _there(build, example)


def _there(build: Build, example: text.Mapping) -> None:
    there = example.get("there")
    for entity, records in there.items() if isinstance(there, text.Mapping) else ():
        for each in _items(records):
            _by_entity(build, text.Mapping({entity: each}, there.keys, there.place))


def _by_entity(build: Build, node: text.Node, names: Any = None) -> None:
    for entity, values in node.items() if isinstance(node, text.Mapping) else ():
        if entity in build.sketches:
            _values(build, build.sketches[entity], values, names)
        else:
            build.no_entity(node.place_of(entity), entity)


def _values(build: Build, sketch: Sketch | None, node: text.Node | None, names: Any = None) -> None:
    """The fields of a record, and of the records inside it."""
    if sketch is None or not isinstance(node, text.Mapping):
        return
    for name, value in node.items():
        field = sketch.fields.get(name)
        if field is None:
            known = did_you_mean(name, sketch.fields)
            build.add(node.place_of(name), f"“{name}” is not a field of {sketch.name}", known)
        elif isinstance(value, text.Scalar) and str(value.data).startswith("="):
            build.expression(value, names or build.names(sketch.name))
        elif field.points == "any":
            _by_entity(build, value, names)
        else:
            for each in _items(value):
                _values(build, _inside(build, field), each, names)


def _inside(build: Build, field: Field | None) -> Sketch | None:
    """The entity of the records that a field links to."""
    target = getattr(field, "to", None) or str(getattr(field, "of", "")).partition(".")[0]
    return build.sketches.get(target)


def _items(node: text.Node | None) -> Iterable[text.Node]:
    return node.items if isinstance(node, text.Sequence) else () if node is None else (node,)
