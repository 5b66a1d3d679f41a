"""What starts a workflow: triggers with their entities, fields and stages checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from customary.engine.model.build import Build, frozen
from customary.engine.model.field import literal
from customary.engine.model.keep import may_be_kept
from customary.engine.model.pipeline import stage_of
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text

Trigger = Mapping[str, Any]
"""`{"kind": "changed", "entity": ..., "field": ..., "from": value, "to": value}`, `{"kind": "entered", "entity": ...,
"pipeline": ..., "stage": ...}`, and `{"kind": ..., "entity": ...}` for the others. `from` and `to` are there when
given."""


def compile_trigger(build: Build, body: text.Mapping) -> Trigger | None:
    """A trigger, or None when it is a problem."""
    kind = _kind(body)
    return _KINDS.get(kind, _of_entity)(build, kind, body) if kind is not None else None


def entity_meant(build: Build, body: text.Mapping) -> str:
    """The entity of a trigger, also when its field or stage is a problem; "" where nobody can tell."""
    kind = _kind(body)
    first = str(text.plain(body.get(kind))).partition(".")[0] if kind is not None else ""
    if kind in ("entered", "left"):
        return _piped(build, first)
    return first if first in build.sketches else ""


def _kind(body: text.Mapping) -> str | None:
    return next((key for key in body if key not in ("from", "to", "before")), None)


def _piped(build: Build, pipeline: str) -> str:
    """The entity of a pipeline."""
    entities = (each.entity for sketch in build.sketches.values() for each in sketch.pipelines if each.name == pipeline)
    return next(entities, "")


def _of_entity(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    sketch = build.entity_named(body.get(kind))
    return frozen({"kind": kind, "entity": sketch.name}) if sketch else None


def _changed(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    node = body.get(kind)
    entity, _, field = str(text.plain(node)).partition(".")
    sketch = build.sketches.get(entity)
    if sketch is None:
        build.no_entity(node.place, entity)
        return None
    if not field:
        build.add(node.place, "the trigger does not say which field", f"Write {entity}.field, or updated: {entity}.")
        return None
    if field not in sketch.fields:
        build.add(node.place, f"“{field}” is not a field of {entity}", did_you_mean(field, sketch.fields))
        return None
    if sketch.fields[field].formula is not None and not may_be_kept(build.sketches, entity, field):
        build.add(
            node.place, f"no change tells that “{field}” is another", "Watch the fields that it is computed from."
        )
        return None
    values = {key: literal(build, body.get(key), sketch.fields[field]) for key in ("from", "to") if key in body}
    return frozen({"kind": kind, "entity": entity, "field": field, **values})


def _at_stage(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    found = stage_of(build, body.get(kind))
    if found is None:
        return None
    pipeline, stage = found
    return frozen({"kind": kind, "entity": _piped(build, pipeline), "pipeline": pipeline, "stage": stage})


_KINDS: dict[str, Callable[[Build, str, text.Mapping], Trigger | None]] = {
    "changed": _changed,
    "entered": _at_stage,
    "left": _at_stage,
}
