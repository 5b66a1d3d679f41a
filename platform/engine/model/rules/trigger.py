"""What starts a workflow: triggers with their entities, fields and stages checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cronsim import CronSim, CronSimError

from customary.engine.model.build import Build, frozen, plain
from customary.engine.model.duration import length
from customary.engine.model.entities.field import literal
from customary.engine.model.entities.inputs import compile_inputs
from customary.engine.model.entities.keep import may_be_kept
from customary.engine.model.entities.pipeline import stage_of
from customary.engine.model.rules import mail_trigger, web_form
from customary.engine.model.rules.calls import compile_called
from customary.engine.model.rules.payload import compiled, types
from customary.engine.model.rules.scheme import scheme_of
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text

Trigger = Mapping[str, Any]
"""`{"kind": "changed", "entity": ..., "field": ..., "from": value, "to": value}`, `{"kind": "entered", "entity": ...,
"pipeline": ..., "stage": ...}`, and so on; `kind` and `entity` are always there, `from` and `to` when given."""


def compile_trigger(build: Build, body: text.Mapping) -> Trigger | None:
    """A trigger, or None when it is a problem."""
    kind = _kind(body)
    return _KINDS.get(kind, _of_entity)(build, kind, body) if kind is not None else None


def entity_meant(build: Build, body: text.Mapping) -> str:
    """The entity of a trigger, also when its field or stage is a problem; "" where nobody can tell."""
    kind = _kind(body)
    said = body.get(kind) if kind is not None else None
    if kind in ("email", "message"):
        return mail_trigger.meant(build, kind, said)
    if kind == "web_form":
        return web_form.entity_of(build, said)
    if kind == "webhook":
        return next((each for each in _found(said) if each in build.sketches), "")
    if isinstance(said, text.Mapping):
        said = next((said.get(key) for key in ("field", "of", "entity") if key in said), None)
    first = str(text.plain(said)).partition(".")[0] if said is not None else ""
    if kind in ("entered", "left"):
        return _piped(build, first)
    return first if first in build.sketches else ""


def _found(webhook: text.Node | None) -> tuple[str, ...]:
    """The entities that a webhook finds a record of: one at most."""
    find = webhook.get("find") if isinstance(webhook, text.Mapping) else None
    return tuple(find) if isinstance(find, text.Mapping) else ()


def _kind(body: text.Mapping) -> str | None:
    return next((key for key in body if key not in ("from", "to", "before", "ask", "on")), None)


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


def _crosses(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    """`crossed` is the condition that tells it: the value is beyond the threshold, and was not."""
    inner = body.get(kind)
    found = _field_of(build, inner.get("field"), ("integer", "decimal", "percent", "money", "rating"), "a number")
    if found is None:
        return None
    entity, field = found
    side = "above" if "above" in inner else "below"
    sign, against = (">", "<=") if side == "above" else ("<", ">=")
    threshold = text.plain(inner.get(side))
    written = f"{field} {sign} {threshold} && (old.{field} == null || old.{field} {against} {threshold})"
    crossed = build.spelled_out(inner.place_of(side), written, build.names(entity))
    return frozen({"kind": kind, "entity": entity, "field": field, side: threshold, "crossed": crossed})


def _related(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    inner = body.get(kind)
    child, _, field = str(text.plain(inner.get("changed"))).partition(".")
    parent, rows = build.entity_named(inner.get("of")), build.sketches.get(child)
    if rows is None:
        build.no_entity(inner.place_of("changed"), child)
    if parent is None or rows is None:
        return None
    if field and field not in rows.fields:
        remedy = did_you_mean(field, rows.fields)
        build.add(inner.place_of("changed"), f"“{field}” is not a field of {child}", remedy)
        return None
    links = tuple(each.name for each in rows.fields.values() if each.points == "one" and _leads(each, parent.name))
    if not links:
        build.add(inner.place_of("changed"), f"{child} has no link to {parent.name}", "Give it one, or watch another.")
        return None
    return frozen({"kind": kind, "entity": parent.name, "child": child, "field": field or None, "links": links})


def _leads(each: Any, entity: str) -> bool:
    return getattr(each, "to", "") == entity


def _due(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    """`shifts` are how much later than the date it is due, each as months and seconds."""
    inner = body.get(kind)
    yearly = "every" in inner
    found = _field_of(build, inner.get("field"), ("date",) if yearly else ("date", "datetime"), "a date")
    if found is None:
        return None
    shifts = [shift for key, sign in (("before", -1), ("after", 1)) for shift in _shifts(inner.get(key), sign)]
    entity, field = found
    return frozen(
        {"kind": kind, "entity": entity, "field": field, "shifts": tuple(shifts) or ((0, 0),), "yearly": yearly}
    )


def _schedule(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    """Of no entity: it is time alone that starts it."""
    node = body.get(kind)
    times = str(text.plain(node))
    try:
        CronSim(times, datetime(2000, 1, 1))
    except CronSimError:
        build.add(
            node.place, f"“{times}” is no schedule", "Write minute, hour, day, month and weekday: 0 8 * * mon-fri."
        )
        return None
    return frozen({"kind": kind, "entity": "", "times": times})


def _webhook(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    """Of the entity that it finds a record of, or of none."""
    inner = body.get(kind)
    payload = compiled(plain(inner, "payload", {}))
    signed = scheme_of(plain(inner, "signed"))
    if "{time}" in signed.over and not signed.timed:
        build.add(inner.place_of("signed"), "the signature is over a time that is not sent", "Name its header: time.")
    found = {
        "kind": kind,
        "entity": "",
        "name": plain(inner, "name"),
        "payload": payload,
        "find": None,
        "signed": signed,
    }
    if "find" not in inner:
        return frozen(found)
    ((entity, condition),) = inner.get("find").items()
    if entity not in build.sketches:
        build.no_entity(inner.get("find").place_of(entity), entity)
        return None
    names = build.names(entity, old=False).with_shape("payload", "the payload", types(payload))
    return frozen({**found, "entity": entity, "find": build.question(condition, names)})


def _button(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    """`at` is the entity where it stands, which is what it is about unless it is on none."""
    sketch = build.entity_named(body.get(kind))
    if sketch is None:
        return None
    on = plain(body, "on", "one")
    entity = "" if on == "none" else sketch.name
    inputs = compile_inputs(build, body.get("ask"), build.names(entity, old=False))
    return frozen({"kind": kind, "entity": entity, "at": sketch.name, "on": on, "inputs": inputs})


def _shifts(node: text.Node | None, sign: int) -> list[tuple[int, int]]:
    nodes = node.items if isinstance(node, text.Sequence) else [node] if node is not None else []
    lengths = (length(str(text.plain(each))) for each in nodes)
    return [(sign * months, sign * seconds) for months, seconds in lengths]


def _idle(build: Build, kind: str, body: text.Mapping) -> Trigger | None:
    inner = body.get(kind)
    sketch = build.entity_named(inner.get("entity"))
    (shift,) = _shifts(inner.get("after"), 1)
    return frozen({"kind": kind, "entity": sketch.name, "shifts": (shift,)}) if sketch else None


def _field_of(build: Build, node: text.Node, kinds: tuple[str, ...], what: str) -> tuple[str, str] | None:
    """The entity and the field of a path such as `lead.score`, when the field is of one of these kinds."""
    entity, _, field = str(text.plain(node)).partition(".")
    sketch = build.sketches.get(entity)
    if sketch is None:
        build.no_entity(node.place, entity)
        return None
    each = sketch.fields.get(field)
    if each is None:
        known = (f"{entity}.{name}" for name, field in sketch.fields.items() if field.kind in kinds)
        build.add(node.place, f"“{field}” is not a field of {entity}", did_you_mean(f"{entity}.{field}", known))
        return None
    if each.kind not in kinds or (each.formula is not None and not may_be_kept(build.sketches, entity, field)):
        build.add(node.place, f"“{field}” is not {what} that is kept", f"Name a field with {what}.")
        return None
    return entity, field


_KINDS: dict[str, Callable[[Build, str, text.Mapping], Trigger | None]] = {
    "button": _button,
    "changed": _changed,
    "entered": _at_stage,
    "left": _at_stage,
    "crosses": _crosses,
    "related": _related,
    "due": _due,
    "idle": _idle,
    "schedule": _schedule,
    "webhook": _webhook,
    "called": compile_called,
    "email": mail_trigger.email,
    "message": mail_trigger.message,
    "web_form": web_form.trigger,
}
