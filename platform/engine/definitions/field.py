"""The shape of fields: what all kinds may say, and what the field's own kind adds."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from functools import cache
from typing import Any

from customary.engine import fields as field_kinds
from customary.engine.definitions.kinds.entity import FIELD_KEYS, LATER_FIELD_KEYS
from customary.engine.definitions.shapes import mapping
from customary.engine.definitions.slips import meant
from customary.engine.definitions.validate import Validator, missing
from customary.engine.problem import Problems, did_you_mean
from customary.engine.text.node import Mapping, Node, Scalar


def check_fields(entity: Mapping, kinds: MappingType[str, Any], problems: Problems) -> Mapping:
    """The entity with those of its fields that have the right shape."""
    fields = entity.get("fields")
    if not isinstance(fields, Mapping):
        return entity
    kept: dict[str, Node] = {}
    for name, field in fields.items():
        if (checked := _check_field(name, field, fields, kinds, problems)) is not None:
            kept[name] = checked
    if all(kept.get(name) is field for name, field in fields.items()):
        return entity
    entries = {**entity.entries, "fields": Mapping(kept, fields.keys, fields.place, fields.layer)}
    return Mapping(entries, entity.keys, entity.place, entity.layer)


def _check_field(
    name: str, field: Node, fields: Mapping, kinds: MappingType[str, Any], problems: Problems
) -> Node | None:
    place = fields.place_of(name)
    if not isinstance(field, Mapping):
        missing(place, f"“{name}” does not say what it is", f"Write {name}: {{type: text}}.", problems)
        return None
    kind = field.get("type")
    if "lookup" in field:
        return _check_lookup(name, field, problems)
    if kind is None:
        missing(place, f"“{name}” has no type", f"Write {name}: {{type: text}}.", problems)
        return _as_text(field)
    word = kind.data if isinstance(kind, Scalar) else None
    if not isinstance(word, str) or word not in kinds:
        shown = word if isinstance(word, str) else "this"
        remedy = meant(shown) or did_you_mean(shown, kinds) or "The reference lists all types of fields."
        problems.add(kind.place, f"“{shown}” is not a field type", remedy)
        return _as_text(field)
    return _validator(word).check(field, problems)


def _check_lookup(name: str, field: Mapping, problems: Problems) -> Node | None:
    """A lookup has no type of its own, and none of the keys that go with one."""
    if "type" in field:
        problems.add(field.place_of("type"), f"“{name}” has the type of what it looks up", "Remove “type”.")
        entries = {key: each for key, each in field.entries.items() if key != "type"}
        field = Mapping(entries, field.keys, field.place, field.layer)
    return _lookup_validator().check(field, problems)


def _as_text(field: Mapping) -> Mapping:
    """A field whose kind nobody knows goes on as text, so that what refers to it does not look wrong too."""
    entries: dict[str, Node] = {"type": Scalar("text", field.place, field.layer)}
    entries |= {key: field.entries[key] for key in ("label", "help", "was") if key in field}
    return Mapping(entries, field.keys, field.place, field.layer)


@cache
def _validator(kind: str) -> Validator:
    return Validator(shape(kind, field_kinds.kinds()[kind].keys))


@cache
def _lookup_validator() -> Validator:
    return Validator(lookup_shape())


def lookup_shape() -> dict[str, Any]:
    """The JSON Schema of fields that show a field of a linked record."""
    keys = {key: each for key, each in FIELD_KEYS.items() if key != "type"}
    return mapping("a lookup", keys, required=("lookup",), later=LATER_FIELD_KEYS)


def shape(kind: str, own: MappingType[str, Any]) -> dict[str, Any]:
    """The JSON Schema of fields of a kind."""
    later = tuple(key for key in LATER_FIELD_KEYS if key not in own)
    return mapping(f"a {kind} field", {**FIELD_KEYS, **own}, required=("type",), later=later)
