"""Facts: what is certain of a record before any condition is asked.

By what its fields take, by its pipelines, and by what has just happened to it. What only the next edit asks for (a
field that is required since yesterday) counts as certain: a rule is written for the records that will come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any

from customary.engine.expressions.bounds import FILLED, NULL, Bounds, between, none_of, one_of
from customary.engine.expressions.decide import NEITHER, TRUE, Key, Way, both, order, own, ways
from customary.engine.expressions.meaning import Constant, Node
from customary.engine.expressions.types import Choice
from customary.engine.fields import Field
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.model.pipeline import Pipeline, Stage
from customary.engine.money import Money

Demand = tuple[Node, str]
PLAIN = (str, bool, int, Decimal, date)
UNKNOWN = object()
"""A value that only a run knows."""
NOTHING: Sequence[Way] = ({},)
"""The ways in which something is of which nothing is known."""
OF_STAGE = ("stage", "outcome", "open", "probability")
_APART = one_of([-1, 1, None])
_LIVING = ("due", "idle")


@dataclass(frozen=True, eq=False)
class Fact:
    """In which ways records are there, and how that is said."""

    ways: Sequence[Way]
    said: str = ""

    @cached_property
    def keys(self) -> frozenset[Key]:
        return _keys(self.ways)


@dataclass(frozen=True, eq=False)
class Facts:
    """What is certain of records of an entity: always, and right after something happened to them."""

    always: tuple[Fact, ...] = ()
    happened: tuple[Fact, ...] = ()

    @cached_property
    def ways(self) -> Sequence[Way]:
        """What is known by what happened."""
        return reduce(both, (each.ways for each in self.happened), NOTHING)

    def allow(self, *demands: Demand, known: Sequence[Way] = NOTHING) -> bool:
        """Whether all conditions may come out as demanded at once, in one of the `known` ways. False is certain."""
        wanted = ways(*demands)
        found = both(known, wanted)
        used: set[Fact] = set()
        # Facts are many: those are looked at that are about what is asked, or about what such a fact leads to.
        asked = set(_keys(wanted if demands else known))
        while found and asked:
            for each in self._about.get(asked.pop(), ()):
                if each not in used:
                    used.add(each)
                    asked |= each.keys
                    found = both(found, each.ways)
        return bool(found)

    def why_not(self, *demands: Demand, known: Sequence[Way] = NOTHING) -> str:
        """Those of what is always certain without which the conditions could come out so, as sentences."""
        causes = self.always
        for each in self.always:
            fewer = tuple(other for other in causes if other is not each)
            if not Facts(fewer, self.happened).allow(*demands, known=known):
                causes = fewer
        return " ".join(f"{each.said}." for each in causes)

    @cached_property
    def _about(self) -> Mapping[Key, Sequence[Fact]]:
        found: dict[Key, list[Fact]] = {}
        for each in (*self.happened, *self.always):
            for key in each.keys:
                found.setdefault(key, []).append(each)
        return found


def facts_of(entity: Entity) -> Facts:
    """What is certain of all records of an entity."""
    return Facts(tuple(_facts(entity)))


def after(model: Model, facts: Facts, trigger: Mapping[str, Any]) -> Facts:
    """The same, and what is known of a record right after a trigger came."""
    return Facts(facts.always, tuple(map(Fact, _after(model, model.entities[trigger["entity"]], trigger))))


def constant(given: Any) -> Any:
    """The value that stands in a step, where it is known beforehand."""
    node = getattr(given, "node", None)
    if node is not None:
        given = node.value if isinstance(node, Constant) else UNKNOWN
    if isinstance(given, Money):
        return given.amount
    return given if given is None or isinstance(given, PLAIN) else UNKNOWN


def known_of(values: Mapping[str, Any]) -> Way:
    """What is known of a record's own fields by the values that were written."""
    known = {own(name): value for name, value in values.items() if value is not UNKNOWN and value != ""}
    return {key: one_of([value]) for key, value in known.items()}


def _facts(entity: Entity) -> Iterator[Fact]:
    for each in entity.fields.values():
        for bounds, said in _taken(each):
            yield Fact(({own(each.name): bounds},), said)
            yield Fact(({own(each.name, old=True): bounds.or_null()},), said)
    if entity.pipelines:
        stages = [stage for each in entity.pipelines for stage in each.stages.values()]
        outside = [] if all(each.where is None for each in entity.pipelines) else [{own("stage"): NULL}]
        yield Fact([*map(_in_stage, stages), *outside], _said_of(entity.pipelines))
        before = [_in_stage(each, old=True) for each in stages]
        yield Fact([*before, {own("stage", old=True): NULL}], _said_of(entity.pipelines))


def _taken(field: Field) -> Iterator[tuple[Bounds, str]]:
    """What a field takes of all that its type has."""
    if field.formula is not None:
        return
    if field.required is True and field.visible is None and not field.several and field.points in ("", "one"):
        yield FILLED, f"{field.name} is required"
    low, high = getattr(field, "min", None), getattr(field, "max", None)
    if field.ranged and (low is not None or high is not None):
        said = [f"at least {low}"] if low is not None else []
        said += [f"at most {high}"] if high is not None else []
        yield between(low, high), f"{field.name} is {' and '.join(said)}"
    if isinstance(field.value_type, Choice):
        yield one_of([*field.value_type.options, None]), f"{field.name} is {_one_of(field.value_type.options)}"


def _one_of(options: Sequence[str]) -> str:
    return f"one of {', '.join(options)}"


def _said_of(pipelines: Sequence[Pipeline]) -> str:
    named = ", ".join(each.name for each in pipelines)
    return f"The stages of {named} say how a record stands"


def _in_stage(stage: Stage, old: bool = False) -> Way:
    values = (stage.name, stage.outcome, stage.outcome is None, stage.probability)
    return {own(name, old=old): one_of([value]) for name, value in zip(OF_STAGE, values, strict=True)}


def _after(model: Model, entity: Entity, trigger: Mapping[str, Any]) -> Iterator[Sequence[Way]]:
    kind = trigger["kind"]
    if kind in ("created", "imported"):
        yield from ((each,) for each in _before_it_was_made(entity))
    elif kind == "entered":
        yield (_came(entity, model.pipelines[trigger["pipeline"]].stages[trigger["stage"]]),)
    elif kind == "left":
        yield ({own("stage", old=True): one_of([trigger["stage"]]), own("stage"): none_of([trigger["stage"]])},)
    elif kind == "changed":
        yield (_turned(trigger),)
    elif kind == "crosses":
        yield ways((trigger["crossed"].node, TRUE))
    elif kind in ("archived", "restored"):
        yield ({own("archived_at"): FILLED if kind == "archived" else NULL},)
    elif kind in _LIVING:
        yield ({own("archived_at"): NULL, **({own(trigger["field"]): FILLED} if kind == "due" else {})},)


def _came(entity: Entity, stage: Stage) -> Way:
    """A record that has just come into a stage was not in it, and has what that asks for."""
    asked = [entity.fields[name] for name in stage.requires if name in entity.fields]
    filled = {own(each.name): FILLED for each in asked if not (each.several or each.points == "inside")}
    return filled | {own("stage"): one_of([stage.name]), own("stage", old=True): none_of([stage.name])}


def _before_it_was_made(entity: Entity) -> Iterator[Way]:
    """A record that was just made had nothing before, but for what is computed of nothing."""
    for name in (name for name, each in entity.fields.items() if each.formula is None):
        now, before = own(name), own(name, old=True)
        yield {before: NULL}
        yield {order(now, before)[0]: one_of([None, NEITHER])}


def _turned(trigger: Mapping[str, Any]) -> Way:
    """The two sides of a change are never the same."""
    name = trigger["field"]
    now, before = own(name), own(name, old=True)
    sides = ((now, before, constant(trigger.get("to", UNKNOWN))), (before, now, constant(trigger.get("from", UNKNOWN))))
    found: dict[Key, Bounds] = {order(now, before)[0]: _APART}
    for key, opposite, value in sides:
        if value is not UNKNOWN:
            found[key] = found[key].meet(one_of([value])) if key in found else one_of([value])
            found[opposite] = found[opposite].meet(none_of([value])) if opposite in found else none_of([value])
    return found


def _keys(ways: Iterable[Way]) -> frozenset[Key]:
    return frozenset(key for way in ways for key in way)
