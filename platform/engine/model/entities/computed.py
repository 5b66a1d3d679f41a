"""Computed fields as they are written: a formula, a rollup over a list, a lookup along links."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from customary.engine.fields import Field, kinds
from customary.engine.fields.text import Text
from customary.engine.model.build import Build, Sketch
from customary.engine.model.names import ModelNames
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text

Settled = set[tuple[str, str]]
"""Entity and name of the lookups that were looked at."""

WORDS = ("formula", "rollup", "lookup")
ENTERED_ONLY = ("default", "required", "read_only", "from")
_OWN = (
    *(
        "name",
        "entity",
        "label",
        "help",
        "was",
        "filled_from",
        "only",
        "index",
        "search",
        "personal",
        "history",
        "reveals",
    ),
    *("required", "unique", "read_only", "visible", "default", "system"),
)
"""What a lookup says itself; all else it takes from what it looks up."""


def written(body: text.Mapping) -> str | None:
    """The word under which a field is computed, if it is."""
    return next((word for word in WORDS if word in body), None)


def check_written(build: Build, name: str, kind: type[Field], body: text.Mapping) -> None:
    """Adds problems where a field that is computed says what only entered ones can, and the other way round."""
    word = written(body)
    if word is None:
        if "reveals" in body:
            build.add(body.place_of("reveals"), f"“{name}” is not computed, so “reveals” says nothing", "Remove it.")
        return
    for other in WORDS:
        if other in body and other != word:
            build.add(body.place_of(other), f"“{name}” has a {word} already", "Remove one of them.")
    if word != "lookup" and not kind.computable:
        remedy = f"Use one of {', '.join(each.kind for each in kinds().values() if each.computable)}."
        build.add(body.place_of(word), f"a {kind.kind} field cannot be computed", remedy)
    for key in ENTERED_ONLY:
        if key in body:
            build.add(body.place_of(key), f"“{name}” is computed, so “{key}” says nothing", "Remove one of them.")


def compile_computed(build: Build, each: Field, body: text.Mapping, names: ModelNames) -> dict[str, Any]:
    """The expression of a computed field and the word it was written under; nothing for one that is entered."""
    word = written(body)
    if word is None or not (each.computed == "lookup" if word == "lookup" else each.computable):
        return {}
    found = build.expression(body.get(word), _without_actor(names), each.value_type)
    if word == "rollup" and found is not None and not found.counts:
        build.add(body.get(word).place, "this asks no list of records", "Write it as formula:.")
    return {"formula": found, "computed": word if found is not None else ""}


def settle_lookups(build: Build) -> None:
    """Gives every lookup the kind of what it looks up; a lookup may look up another."""
    settled: Settled = set()
    for sketch in build.sketches.values():
        for name in sketch.nodes:
            _settle(build, sketch, name, settled)


def _settle(build: Build, sketch: Sketch, name: str, settled: Settled) -> Field:
    """The field, a lookup with its kind. One that leads to itself stays a text: circles are told of later."""
    each, body = sketch.fields[name], sketch.nodes.get(name)
    if body is None or written(body) != "lookup" or (sketch.name, name) in settled:
        return each
    settled.add((sketch.name, name))
    found = _looked_up(build, sketch, body.get("lookup"), settled)
    if found is not None:
        own = {key: getattr(each, key) for key in _OWN}
        sketch.fields[name] = replace(found, **own, formula=None, computed="lookup")
    return sketch.fields[name]


def _looked_up(build: Build, sketch: Sketch, node: text.Node, settled: Settled) -> Field | None:
    """The field at the end of a lookup's path; None when that is a problem."""
    *links, last = str(text.plain(node)).removeprefix("=").strip().split(".")
    if not links or not all(each.isidentifier() for each in (*links, last)):
        remedy = "Write the link and the field of what it leads to, such as account.name."
        build.add(node.place, "a lookup is the path to a field of a linked record", remedy)
        return None
    here = sketch
    for name in links:
        step = _step(build, here, name, node, settled)
        if step is None:
            return None
        here = step
    if last not in here.fields:
        build.add(node.place, f"“{here.name}” has no field “{last}”", did_you_mean(last, here.fields))
        return None
    return _lookable(build, _settle(build, here, last, settled), node)


def _step(build: Build, here: Sketch, name: str, node: text.Node, settled: Settled) -> Sketch | None:
    if name in here.inverses:
        build.add(node.place, f"“{name}” is a list", "Say with rollup: what to make of it.")
        return None
    if name not in here.fields:
        build.add(node.place, f"“{here.name}” has no field “{name}”", did_you_mean(name, here.fields))
        return None
    link = _settle(build, here, name, settled)
    if link.points != "one":
        remedy = "Say with rollup: what to make of it." if link.several else "Look up along links to one record."
        build.add(node.place, f"“{name}” does not lead to one record", remedy)
        return None
    return build.sketches.get(link.to)


def _lookable(build: Build, found: Field, node: text.Node) -> Field | None:
    if found.points == "one":
        return replace(found, inverse=None, where=None)
    if found.computable:
        return found
    if found.kind == "auto_number":
        return Text(name=found.name)
    build.add(node.place, f"a {found.kind} field cannot be looked up", "Follow the link to see it.")
    return None


def _without_actor(names: ModelNames) -> ModelNames:
    """A computed field is the same for everyone, and no change is known to it."""
    bindings = {name: each for name, each in names.bindings.items() if name not in ("user", "old")}
    return ModelNames(names.world, names.entity, bindings)
