"""How the condition of a rule came out over the past: its terms, and the values that they read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customary.engine.automation.rehearsal.past import Past, PastMoment
from customary.engine.expressions.terms import terms, values_read
from customary.engine.fields.field import Field
from customary.engine.model.workflow import Workflow
from customary.engine.records.changes import Change
from customary.engine.records.work import Work


@dataclass(frozen=True)
class Value:
    """A value that a condition read, by its path, such as `old.amount` or `account.tier`."""

    path: str
    field: Field | None
    value: Any


@dataclass(frozen=True)
class Because:
    """How a condition came out: its terms with their outcomes (None is unknown), and the values that it read."""

    terms: tuple[tuple[str, bool | None], ...] = ()
    values: tuple[Value, ...] = ()


def outcome(past: Past, workflow: Workflow, change: Change, about: tuple[str, UUID]) -> Because:
    """How the condition of a rule came out for a record when something had happened."""
    then = past.record(*about, change.at) or {"id": about[1]}
    other = about if about != (change.entity, change.record) else None
    scope = PastMoment(past.work, change, about=other, past=past, then=then).scope()
    if workflow.where is None:
        return Because()
    asked = tuple((text, _asked(evaluate, scope)) for text, evaluate in terms(workflow.where))
    return Because(asked, tuple(_values(past.work, workflow, scope)))


def _values(work: Work, workflow: Workflow, scope: Any) -> Iterator[Value]:
    for path, node, evaluate in values_read(workflow.where):
        entity = work.model.entities.get(getattr(node.on.type, "entity", ""))
        yield Value(path, entity.fields.get(node.name) if entity else None, _asked(evaluate, scope))


def _asked(evaluate: Any, scope: Any) -> Any:
    """What it gives; nothing where today's records have not what was asked for then."""
    try:
        return evaluate(scope)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
