"""The shapes of all definitions as one JSON Schema (2020-12), for any editor that reads one.

A schema sees one file, while `check` sees what all layers make together. So it lets a document leave out what a pack
below may say, take something away by `~`, and edit a list by a mapping.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from customary.engine import fields
from customary.engine.definitions.define import kinds
from customary.engine.definitions.field import lookup_shape
from customary.engine.definitions.field import shape as field_shape
from customary.engine.definitions.kinds.dashboard import COMMON, TILES
from customary.engine.definitions.kinds.entity import FIELD_KEYS
from customary.engine.definitions.kinds.workflow import STEP_KEYS, STEPS, TRIGGERS
from customary.engine.definitions.shapes import CONDITION, NAME, mapping, told
from customary.engine.definitions.tile import shape as tile_shape
from customary.engine.problem import Problems
from customary.engine.text.layers import EDITS, ORDERED
from customary.engine.text.node import plain
from customary.engine.text.read import roots
from customary.engine.text.source import File

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FILLED_ELSEWHERE = {
    ("entity", "fields"): "fields",
    ("workflow", "when"): "triggers",
    ("workflow", "do"): "steps",
    ("dashboard", "tiles"): "tiles",
}
"""What `define` checks by itself, and which definition of the schema says."""


def schema() -> dict[str, Any]:
    """The whole schema as JSON data."""
    documents = {kind: _document(kind) for kind in kinds()}
    return {
        "$schema": DIALECT,
        "description": "Begin with what it is and its name, such as “entity: account”.",
        "type": "object",
        "properties": {kind: _name_of(kind) for kind in kinds() if kind != "workspace"},
        **_by_first_key(_in_order(documents)),
        "$defs": {**documents, **_fields(), **_rules(), **_tiles(), "list_edits": _LIST_EDITS},
    }


_LIST_EDITS: Mapping[str, Any] = {
    "type": "object",
    "properties": {key: {} for key in sorted(EDITS)},
    "additionalProperties": False,
    "minProperties": 1,
    "description": "changes the list of a layer below: {add: [tier], remove: [source], before: {amount: [tier]}}",
}


def _document(kind: str) -> dict[str, Any]:
    module = kinds()[kind]
    document = _layered(module.SHAPE, kind)
    for (of, key), name in _FILLED_ELSEWHERE.items():
        if of == kind:
            document["properties"][key] = _described({"$ref": f"#/$defs/{name}"}, module.SHAPE["properties"][key])
    if kind != "workspace":
        document["properties"] = {kind: _name_of(kind), **document["properties"]}
    return {**document, "description": inspect.cleandoc(module.__doc__ or "")}


def _name_of(kind: str) -> dict[str, Any]:
    doc = inspect.cleandoc(kinds()[kind].__doc__ or "")
    return {"type": "string", "pattern": NAME["pattern"], "maxLength": 50, "description": doc}


def _in_order(documents: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The kinds, each after those that have a key of its name: a pipeline says `entity:` too."""
    ordered: list[str] = []

    def add(kind: str) -> None:
        for other, shape in documents.items():
            if other not in (kind, *ordered) and kind in shape["properties"] and other != "workspace":
                add(other)
        if kind not in ordered:
            ordered.append(kind)

    for kind in documents:
        if kind != "workspace":
            add(kind)
    return ordered


def _by_first_key(ordered: list[str]) -> dict[str, Any]:
    """The shape of the kind whose key is there; without any it is `customary.yaml`."""
    otherwise: dict[str, Any] = {"$ref": "#/$defs/workspace"}
    for kind in reversed(ordered):
        otherwise = {"if": {"required": [kind]}, "then": {"$ref": f"#/$defs/{kind}"}, "else": otherwise}
    return otherwise


def _fields() -> dict[str, Any]:
    """Fields by their type. One that names none is laid over a field below, of whatever type that is."""
    own = {name: kind.keys for name, kind in fields.kinds().items()}
    types = [{"const": name, "description": _doc(kind)} for name, kind in fields.kinds().items()]
    anything = mapping("a field", {**{key: {} for keys in own.values() for key in keys}, **FIELD_KEYS})
    typed = {f"field_{name}": _field_of(field_shape(name, keys), keys) for name, keys in own.items()}
    choices = [{"if": _is_of(name), "then": {"$ref": f"#/$defs/field_{name}"}} for name in own]
    looked_up = {"if": {"required": ["lookup"]}, "then": {"$ref": "#/$defs/field_lookup"}}
    field = {"anyOf": [{"$ref": "#/$defs/field"}, {"type": "null"}]}
    return {
        **typed,
        "field_lookup": _field_of(lookup_shape(), {}),
        "any_field": _field(anything, types),
        "field": {
            "type": "object",
            "if": {"required": ["type"]},
            "then": {"properties": {"type": {"$ref": "#/$defs/any_field/properties/type"}}, "allOf": choices},
            "else": {**looked_up, "else": {"$ref": "#/$defs/any_field"}},
        },
        "fields": {
            "type": "object",
            "propertyNames": {"pattern": NAME["pattern"]},
            "additionalProperties": field,
        },
    }


def _field(shape: Mapping[str, Any], types: list[Any]) -> dict[str, Any]:
    found = _layered(shape, "")
    found["properties"]["type"] = {"anyOf": types, "description": FIELD_KEYS["type"]["description"]}
    return found


def _field_of(shape: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A field of one kind; what every field may say is told once."""
    found = _layered(shape, "")
    shared = {
        key: {"$ref": f"#/$defs/any_field/properties/{key}"}
        for key in found["properties"]
        if key in FIELD_KEYS and key not in own
    }
    return {**found, "properties": {**found["properties"], **shared}}


def _is_of(name: str) -> dict[str, Any]:
    return {"properties": {"type": {"const": name}}, "required": ["type"]}


def _rules() -> dict[str, Any]:
    """Triggers and steps: each is told by the key that names what it does."""
    steps = {kind: _step(kind) for kind in STEPS}
    trigger = {"anyOf": [_strict(each) for each in TRIGGERS.values()]}
    return {
        **{f"step_{kind}": each for kind, each in steps.items()},
        "step": {"anyOf": [{"$ref": f"#/$defs/step_{kind}"} for kind in steps]},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
        "case": {"anyOf": [_case("case", "do"), _case("otherwise")]},
        "trigger": trigger,
        "triggers": {"anyOf": [{"$ref": "#/$defs/trigger"}, {"type": "array", "items": {"$ref": "#/$defs/trigger"}}]},
    }


def _step(kind: str) -> dict[str, Any]:
    step = _strict(mapping(f"the step “{kind}”", {kind: STEPS[kind], **STEP_KEYS}, required=(kind,)))
    if kind == "choose":
        step["properties"]["choose"] = {"type": "array", "items": {"$ref": "#/$defs/case"}}
    if kind == "send_email":
        step["properties"][kind]["anyOf"] = [{"required": ["message"]}, {"required": ["body"]}]
    return step


def _tiles() -> dict[str, Any]:
    """Tiles by their kind. One that names none is laid over a tile below."""
    kinds = [{"const": name} for name in TILES]
    kind = {"anyOf": kinds, "description": COMMON["kind"]["description"]}
    shapes = {name: _placed(_layered(tile_shape(name), "")) for name in TILES}
    for each in shapes.values():
        each["properties"]["kind"] = {"$ref": "#/$defs/tile/properties/kind"}
    chosen = [
        {
            "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
            "then": {"$ref": f"#/$defs/tile_{name}"},
        }
        for name in TILES
    ]
    tile = {"type": ["object", "null"], "properties": {"kind": kind}, "allOf": chosen}
    tiles = {
        "type": "object",
        "propertyNames": {"pattern": NAME["pattern"]},
        "additionalProperties": {"$ref": "#/$defs/tile"},
    }
    return {**{f"tile_{name}": each for name, each in shapes.items()}, "tile": tile, "tiles": tiles}


def _case(*keys: str) -> dict[str, Any]:
    steps = {"$ref": "#/$defs/steps"}
    shapes = {key: _strict(CONDITION) if key == "case" else steps for key in keys}
    return {"type": "object", "properties": shapes, "additionalProperties": False, "required": list(keys)}


def _layered(shape: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The shape of something that a layer may say in part; `key` is where it stands."""
    found = {word: each for word, each in shape.items() if not word.startswith("x-") and word != "required"}
    if "properties" in found:
        found["properties"] = {name: _removable(_layered(each, name)) for name, each in found["properties"].items()}
    if isinstance(found.get("additionalProperties"), Mapping):
        inner = _layered(found["additionalProperties"], "")
        found["additionalProperties"] = _removable(_placed(inner) if key in ORDERED else inner)
        found.pop("minProperties", None)
    for word in ("items", "propertyNames"):
        if word in found:
            found[word] = _strict(found[word])
    if "anyOf" in found:
        found["anyOf"] = [_layered(each, key) for each in found["anyOf"]]
    if found.get("type") == "array":
        found = {"anyOf": [found, {"$ref": "#/$defs/list_edits"}]}
    return _described(found, shape)


def _strict(shape: Mapping[str, Any]) -> dict[str, Any]:
    """The shape of something in a list, which no layer changes in part."""
    found = {word: each for word, each in shape.items() if not word.startswith("x-")}
    if "properties" in found:
        found["properties"] = {name: _strict(each) for name, each in found["properties"].items()}
    for word in ("additionalProperties", "items", "propertyNames"):
        if isinstance(found.get(word), Mapping):
            found[word] = _strict(found[word])
    if "anyOf" in found:
        found["anyOf"] = [_strict(each) for each in found["anyOf"]]
    return _described(found, shape)


def _placed(shape: dict[str, Any]) -> dict[str, Any]:
    """An entry of an ordered mapping may say beside which other it stands."""
    if "properties" in shape:
        beside = {side: told({"type": "string"}, f"the entry {side} which it stands") for side in ("after", "before")}
        return {**shape, "properties": {**beside, **shape["properties"]}}
    if "anyOf" in shape:
        return {**shape, "anyOf": [_placed(each) for each in shape["anyOf"]]}
    return shape


def _removable(shape: dict[str, Any]) -> dict[str, Any]:
    """`~` takes away what a layer below says."""
    if "anyOf" in shape:
        return {**shape, "anyOf": [*shape["anyOf"], {"type": "null"}]}
    if "enum" in shape:
        return {**shape, "enum": [*shape["enum"], None]}
    if "type" in shape:
        types = [shape["type"]] if isinstance(shape["type"], str) else list(shape["type"])
        return {**shape, "type": types if "null" in types else [*types, "null"]}
    return shape


def _described(found: dict[str, Any], shape: Mapping[str, Any]) -> dict[str, Any]:
    """With the words and examples that the shape has for people."""
    found = dict(found)
    found.pop("description", None)
    if "properties" in found and shape.get("x-noun"):
        found["title"] = shape["x-noun"]
    what = shape.get("x-what", "")
    what = "" if what == "a mapping" else what
    if words := "; ".join(part for part in (shape.get("description", ""), what) if part):
        found["description"] = words
    if examples := list(_examples(what)):
        found["examples"] = examples
    return found


def _examples(what: str) -> Iterable[Any]:
    """The examples in the words of a shape: `a list of days: [2026-12-25]`, `a date, such as 2026-12-25`."""
    if found := re.search(r": ([\[{].*[\]}])", what):
        read, _ = roots(File("", "", ""), found[1], problems := Problems())
        if not len(problems) and "…" not in found[1]:
            yield plain(read[0])
    elif found := re.search(r"such as (.+)", what):
        yield from re.split(r", | or ", found[1])


def _doc(kind: type) -> str:
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split())
