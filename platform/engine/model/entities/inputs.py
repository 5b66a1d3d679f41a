"""Values that people are asked for without a record of their own: fields that no table has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from customary.engine.fields import Field, kinds
from customary.engine.model.build import Build, frozen, items, label, plain
from customary.engine.model.entities.field import RESERVED, configured, field_value
from customary.engine.model.names import ModelNames
from customary.engine.text import node as text
from customary.engine.words import words


def compile_inputs(build: Build, node: text.Node | None, names: ModelNames) -> Mapping[str, Field]:
    """The inputs by name; their defaults may read what `names` know."""
    found = {}
    for name, body in items(node if isinstance(node, text.Mapping) else None):
        if name in RESERVED:
            place = node.place_of(name)
            build.add(place, f"“{name}” has a meaning of its own in expressions", "Choose another name.")
            continue
        found[name] = _input(build, name, body, names)
    return frozen(found)


def _input(build: Build, name: str, body: text.Mapping, names: ModelNames) -> Field:
    kind = kinds()[plain(body, "type")]
    required = plain(body, "required", False) is True
    common = {"name": name, "label": label(body, name), "help": words(plain(body, "help")), "required": required}
    own = {key: text.plain(body.get(key)) for key in kind.keys if text.plain(body.get(key)) is not None}
    each = configured(build, kind, body, own, common)
    default = body.get("default")
    return replace(each, default=field_value(build, default, each, names, durations=True)) if default else each
