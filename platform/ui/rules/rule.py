"""A rule as people read it: what it waits for in words, and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.locale import Locale
from customary.engine.model.model import Model
from customary.engine.model.workflow import Workflow
from customary.engine.words import Words
from customary.ui.rules.spoken import Said, spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """A step as it is declared. `cases` are those of a choice: a condition, and the steps it leads to."""

    kind: str
    label: Words | None
    condition: tuple[Said, ...]
    cases: tuple[tuple[tuple[Said, ...], tuple[ToDo, ...]], ...] = ()
    inside: tuple[ToDo, ...] = ()
    """What a loop does in each round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    """A rule in words."""

    workflow: Workflow
    condition: tuple[Said, ...]
    steps: tuple[ToDo, ...]


def rule(workflow: Workflow, model: Model, locale: Locale) -> ShownRule:
    """A rule with its conditions in words."""
    entity = model.entities.get(workflow.entity)

    def words(condition: Expression | None) -> tuple[Said, ...]:
        if condition is None:
            return ()
        return spoken(condition.text, entity, model, locale) if entity else (Said(code=condition.text),)

    def step(each: Mapping[str, Any]) -> ToDo:
        cases = tuple((words(when), tuple(map(step, steps))) for when, steps in each.get("cases", ()))
        inside = tuple(map(step, each.get("steps", ())))
        return ToDo(
            kind=each["kind"], label=each.get("label"), condition=words(each.get("if")), cases=cases, inside=inside
        )

    return ShownRule(workflow=workflow, condition=words(workflow.where), steps=tuple(map(step, workflow.steps)))
