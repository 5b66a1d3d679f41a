"""Rules before the save: what may be said in them, and what only in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from customary.engine.model.build import Build, Sketch, frozen, plain
from customary.engine.model.dependence import own_reads
from customary.engine.model.names import ModelNames
from customary.engine.text import node as text

STEPS = ("set", "assign", "choose", "refuse")
_AFTER = "Make it a rule of its own, without “before”."


def is_before(build: Build, triggers: Iterable[text.Node]) -> bool:
    """Whether a rule is held before the save; what else starts it must be of that kind too."""
    each = [one for one in triggers if isinstance(one, text.Mapping)]
    before = [plain(one, "before", False) is True for one in each]
    if any(before) and not all(before):
        odd = each[before.index(False)]
        build.add(odd.place, "this is after the save, and another trigger before it", "Make two workflows of them.")
    for one in each if any(before) else ():
        _check_trigger(build, one)
    return any(before)


def check_body(build: Build, body: text.Mapping) -> None:
    """Adds a problem for what has no meaning where there is no run."""
    for key in ("run_as", "limits", "stop"):
        if key in body:
            build.add(body.place_of(key), f"“{key}” says nothing before the save", "Leave it out: there is no run.")


def check_place(build: Build, kind: str, body: text.Mapping, entity: str, before: bool) -> None:
    """Adds a problem for a step that cannot be done before the save, or cannot be done after it."""
    place, inner = body.place_of(kind), body.get(kind)
    if kind == "refuse" and not before:
        build.add(place, "a save can only be refused before it", "Say before: true in the trigger.")
    elif before and kind not in STEPS:
        build.add(place, f"“{kind}” cannot be done before the save", f"There is {', '.join(STEPS)}. {_AFTER}")
    elif before and kind == "set":
        _check_set(build, inner, build.sketches[entity])
    elif before and kind == "assign" and (key := _counting(inner)) is not None:
        build.add(inner.place_of(key), "who is least busy is not known before the save", "Write by: round_robin.")


def _counting(assign: text.Node | None) -> str | None:
    """The key of an `assign` that asks what each of them has."""
    if not isinstance(assign, text.Mapping):
        return None
    counts = {"by": plain(assign, "by") == "least_busy", "weight": "weight" in assign, "least": "least" in assign}
    return next((key for key, does in counts.items() if does), None)


def compile_refuse(build: Build, node: text.Node, entity: str, names: ModelNames) -> dict[str, Any]:
    """`message` by language, and the `field` that it is shown at."""
    body = node if isinstance(node, text.Mapping) else text.Mapping({"message": node}, {}, node.place, node.layer)
    at, sketch = body.get("field"), build.sketches.get(entity)
    field = build.one_of(at, sketch.fields, f"a field of {entity}") if at is not None and sketch else None
    return {"message": frozen(dict(build.templates(body.get("message"), names))), "field": field}


def _check_trigger(build: Build, trigger: text.Mapping) -> None:
    entity, _, name = str(plain(trigger, "changed", "")).partition(".")
    each = build.sketches[entity].fields.get(name) if entity in build.sketches else None
    if each is not None and not each.entered and name != "stage":
        place = trigger.place_of("changed")
        build.add(place, f"“{name}” is not known before the save", "Watch the fields that it follows from.")


def _check_set(build: Build, values: text.Node | None, sketch: Sketch) -> None:
    """What decides where a record stands must be known when its place is looked for."""
    placing = set(_placing(build, sketch))
    for name in values if isinstance(values, text.Mapping) else ():
        if name in placing:
            build.add(values.place_of(name), f"“{name}” cannot be set before the save", _AFTER)


def _placing(build: Build, sketch: Sketch) -> Iterator[str]:
    """The stage, what chooses the pipeline, the record above, and child rows."""
    yield "stage"
    yield from (each.name for each in sketch.fields.values() if each.points == "inside")
    if sketch.tree:
        yield sketch.tree
    if sketch.child_of:
        parent, lines = sketch.child_of
        yield build.sketches[parent].fields[lines].through
    for pipeline in sketch.pipelines:
        if pipeline.where is not None:
            yield from own_reads(sketch.fields, pipeline.where)
