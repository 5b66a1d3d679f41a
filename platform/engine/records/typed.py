"""Expressions that people type: they may use only what their writer may read."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine import expressions
from customary.engine.access import Readable
from customary.engine.expressions import Expression
from customary.engine.expressions.types import BOOLEAN, Record, Type
from customary.engine.model.names import ModelNames, World
from customary.engine.records.kept import kept
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work

LONGEST = 10_000


def compile_where(work: Work, entity: str, text: str) -> Expression:
    """A condition over records of `entity`, as the actor may write it. Raises ExpressionError, Missing."""
    return compile_typed(work, entity, text, BOOLEAN)


def compile_typed(work: Work, entity: str, text: str, expect: Type | None = None) -> Expression:
    """An expression over records of `entity`, as the actor may write it. Raises ExpressionError, Missing."""
    if entity not in work.model.entities:
        raise Missing(entity)
    # One text means the same for all who share rights, and people send the same few texts again and again.
    key = ("typed", entity, text, expect, work.access.holders)
    if len(text) > LONGEST:
        return expressions.compile(text, _names(work, entity), expect)
    return kept(work, key, lambda: expressions.compile(text, _names(work, entity), expect))


def names_of(work: Work, entity: str) -> ModelNames:
    """All names that an expression over records of `entity` may use."""
    return ModelNames(kept(work, ("world",), lambda: _world(work)), entity, _bindings(work, entity))


def _names(work: Work, entity: str) -> Readable:
    return Readable(names_of(work, entity), entity, work.access)


def _world(work: Work) -> World:
    world = World(calendars=work.model.calendars, calendar=work.model.calendar)
    for each in work.model.entities.values():
        world.declare(each.name, each.fields.values(), each.inverses.values(), each.tree)
    return world


def _bindings(work: Work, entity: str) -> Mapping[str, Type]:
    """As definitions have them: `record` is the one whose fields stand there by themselves too."""
    people = work.model.playing("user")
    return {"record": Record(entity=entity)} | ({"user": Record(entity=people.name)} if people is not None else {})
