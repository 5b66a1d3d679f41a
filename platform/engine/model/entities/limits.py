"""Limits: what an entity says under `no_overlap` and `at_most` becomes rules over several of its records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from customary.engine.expressions import Expression
from customary.engine.expressions.types import DATE, NUMBER
from customary.engine.model.build import Build, Sketch, items, plain
from customary.engine.model.entities.limit import AtMost, Limit, NoOverlap
from customary.engine.text import node as text
from customary.engine.words import words

RANGES = ("date", "datetime", "time")


@dataclass(frozen=True)
class _Rule:
    """What both kinds of limits say."""

    build: Build
    sketch: Sketch
    name: str
    body: text.Mapping

    def said(self) -> dict:
        message = plain(self.body, "message")
        return {
            "name": self.name,
            "per": self.build.field_names(self.body.get("per"), self.sketch),
            "where": self.build.question(self.body.get("where"), self.build.names(self.sketch.name, old=False)),
            "message": words(message) if message else None,
        }


def compile_limits(build: Build, sketch: Sketch) -> tuple[Limit, ...]:
    """The limits of an entity, in their order."""
    overlaps = (_no_overlap(_Rule(build, sketch, *each)) for each in items(sketch.body.get("no_overlap")))
    counts = (_at_most(_Rule(build, sketch, *each)) for each in items(sketch.body.get("at_most")))
    return tuple(each for each in (*overlaps, *counts) if each is not None)


def _no_overlap(rule: _Rule) -> NoOverlap | None:
    said = rule.said()
    start, end = (_end(rule, key) for key in ("from", "to"))
    if not _are_of_one_value(rule) or start is None or end is None:
        return None
    fields = rule.sketch.fields
    if fields[start].kind != fields[end].kind:
        place = rule.body.get("to").place
        rule.build.add(place, f"“{start}” and “{end}” are of two kinds", "Let both be a date, a datetime or a time.")
        return None
    return NoOverlap(**said, start=start, end=end, whole_days=fields[start].value_type == DATE)


def _at_most(rule: _Rule) -> AtMost | None:
    said, count = rule.said(), _count(rule)
    return AtMost(**said, count=count) if _are_of_one_value(rule) and count is not None else None


def _end(rule: _Rule, key: str) -> str | None:
    """The field at which something begins, or ends."""
    node = rule.body.get(key)
    name = rule.build.one_of(node, rule.sketch.fields, f"a field of {rule.sketch.name}") if node is not None else None
    field = rule.sketch.fields.get(name) if name else None
    if field is not None and (field.kind not in RANGES or not field.entered):
        rule.build.add(node.place, f"“{name}” does not say when", "Use a date, a datetime or a time that people enter.")
        return None
    return name


def _are_of_one_value(rule: _Rule) -> bool:
    """Whether equal values can be looked for in each field of `per`."""
    wrong = list(_not_of_one_value(rule))
    for item in wrong:
        rule.build.add(item.place, f"“{item.data}” cannot tell where records meet", "Use a field of one value.")
    return not wrong


def _not_of_one_value(rule: _Rule) -> Iterator[text.Scalar]:
    node = rule.body.get("per")
    for item in node.items if isinstance(node, text.Sequence) else ():
        field = rule.sketch.fields.get(item.data)
        if field is not None and (not field.comparable or field.kind in ("money", "any_link") or field.formula):
            yield item


def _count(rule: _Rule) -> int | Expression | None:
    """How many there may be: a number, or after “=” an expression over the record that is one of them."""
    node = rule.body.get("count")
    if not isinstance(node, text.Scalar) or isinstance(node.data, int):
        return getattr(node, "data", None)
    if str(node.data).startswith("="):
        return rule.build.expression(node, rule.build.names(rule.sketch.name, old=False), NUMBER)
    rule.build.add(node.place, f"“{node.data}” is not a number", "Write one, or an expression such as =shift.places.")
    return None
