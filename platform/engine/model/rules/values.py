"""What steps set and say: values by field of an entity, and single ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.definitions.shapes import CONDITION, LABEL
from customary.engine.model.build import Build, frozen
from customary.engine.model.entities.field import field_value
from customary.engine.model.names import ModelNames
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text


def value(build: Build, shape: Any, node: text.Node, names: ModelNames) -> Any:
    """An expression after `=`, a text with holes, or what stands there; shapes ask for conditions and labels."""
    if shape is LABEL:
        return build.templates(node, names)
    if shape is CONDITION:
        return build.condition(node, names)
    given = text.plain(node)
    if isinstance(given, str) and given.startswith("="):
        return build.expression(node, names)
    if isinstance(given, str) and "{{" in given:
        return build.template(node, names)
    if isinstance(node, text.Sequence):
        return tuple(value(build, {}, each, names) for each in node)
    if isinstance(node, text.Mapping):
        return frozen({key: value(build, {}, each, names) for key, each in node.items()})
    return given


def values(build: Build, node: text.Node | None, entity: str, names: ModelNames) -> Mapping[str, Any]:
    """Values by field of `entity`, each of a type that the field takes."""
    sketch = build.sketches.get(entity)
    found: dict[str, Any] = {}
    if sketch is None or not isinstance(node, text.Mapping):
        return frozen(found)
    for name, each in node.items():
        field = sketch.fields.get(name)
        if field is None:
            remedy = did_you_mean(name, (each.name for each in sketch.fields.values() if each.entered))
            build.add(node.place_of(name), f"“{name}” is not a field of {entity}", remedy)
        elif not field.entered and name != "stage":
            build.add(node.place_of(name), f"“{name}” cannot be set", "The system keeps it.")
        else:
            found[name] = field_value(build, each, field, names, durations=True)
    return frozen(found)
