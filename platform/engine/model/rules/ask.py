"""What a step asks people for, whom, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.expressions.types import BOOLEAN, DATE, DATETIME, DURATION, TEXT, Record, Type
from customary.engine.model.build import Build, frozen
from customary.engine.model.duration import from_now
from customary.engine.model.entities.inputs import compile_inputs
from customary.engine.model.names import ModelNames
from customary.engine.model.rules.deciders import compile_by
from customary.engine.text import node as text


def compile_ask(build: Build, node: text.Mapping, entity: str, names: ModelNames) -> dict[str, Any]:
    """`by`, `text` by language, `fields` of the record, `inputs` by name, and `deadline` (a moment, or None)."""
    fields = node.get("fields")
    own = isinstance(fields, text.Mapping)
    inputs = compile_inputs(build, fields if own else None, names)
    for name in inputs.keys() & _ALWAYS.keys():
        build.add(fields.place_of(name), f"“{name}” is what every answer has", "Choose another name.")
    return {
        "by": compile_by(build, node.get("by"), names),
        "text": build.templates(node.get("text"), names),
        "fields": () if own or fields is None else _fields(build, fields, entity),
        "inputs": frozen(dict(inputs)),
        "deadline": _deadline(build, node.get("deadline"), names),
    }


def answer(build: Build, step: Mapping[str, Any]) -> dict[str, Type]:
    """What later steps may read of an answer."""
    by = {"by": Record(entity=build.user)} if build.user in build.sketches else {}
    return {**{name: each.value_type for name, each in step["inputs"].items()}, **_ALWAYS, **by}


def _fields(build: Build, node: text.Node, entity: str) -> tuple[str, ...]:
    sketch = build.sketches.get(entity)
    if sketch is None:
        build.add(node.place, "there is no record whose fields could be filled in", "Write {hours: {type: decimal}}.")
        return ()
    names = build.field_names(node, sketch)
    for name in names:
        each = sketch.fields[name]
        if not each.entered or each.points == "inside":
            build.add(node.place, f"“{name}” is nothing that people are asked for", "Name fields that are filled in.")
    return names


def _deadline(build: Build, node: text.Node | None, names: ModelNames) -> Any:
    """A moment, a day, or how long from when it is asked."""
    if node is None:
        return None
    given = str(text.plain(node)).strip()
    if not given.startswith("="):
        written = from_now(given, day=False)
        if written is not None:
            return build.spelled_out(node, written, names)
        build.add(node.place, f"“{given}” is not a duration", "Write one, such as 30min, 2d or 3 business days.")
        return None
    found = build.expression(node, names)
    if found is not None and found.type not in (DATE, DATETIME, DURATION):
        build.add(node.place, f"a {found.type} is no deadline", "Give a day, a moment or a duration.")
        return None
    return found


_ALWAYS: Mapping[str, Type] = {"approved": BOOLEAN, "at": DATETIME, "note": TEXT, "reason": TEXT}
