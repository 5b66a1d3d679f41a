"""A rule under analysis: what was compiled, beside the nodes that say where each part is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from customary.engine.expressions.bounds import NULL, one_of
from customary.engine.expressions.decide import NOT_TRUE, TRUE, Way, own
from customary.engine.expressions.meaning import Constant, Node, Variable
from customary.engine.expressions.types import BOOLEAN
from customary.engine.model.model import Model
from customary.engine.model.rules.wait import waits
from customary.engine.model.workflow import Workflow
from customary.engine.money import Money
from customary.engine.problem import Place
from customary.engine.text import Source
from customary.engine.text import node as text

Demand = tuple[Node, str]
PLAIN = (str, bool, int, Decimal, date)
UNKNOWN = object()
"""A value that only a run knows."""

_MAYBE: Demand = (Variable(0, BOOLEAN, "maybe"), TRUE)


@dataclass(frozen=True)
class Taken:
    """A step, where it is written, and under which conditions it is taken. `part` counts the waits before it."""

    step: Mapping[str, Any]
    node: text.Mapping
    demands: tuple[Demand, ...]
    part: int

    @property
    def place(self) -> Place:
        return self.node.place_of(self.step["kind"])

    @property
    def always(self) -> bool:
        return not self.demands


@dataclass(frozen=True)
class Rule:
    """One workflow."""

    workflow: Workflow
    body: text.Mapping

    @property
    def name(self) -> str:
        return self.workflow.name

    @property
    def where(self) -> tuple[Demand, ...]:
        return ((self.workflow.where.node, TRUE),) if self.workflow.where else ()

    @property
    def place(self) -> Place:
        return self.body.place_of("when")

    @cached_property
    def steps(self) -> tuple[Taken, ...]:
        """All steps, those of cases and loops too."""
        return tuple(_taken(self.workflow.steps, self.body.get("do"), (), [0]))


def rules_of(model: Model, source: Source) -> list[Rule]:
    """The workflows of a model."""
    return [Rule(each, source.documents["workflow", name].body) for name, each in model.workflows.items()]


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
    return {key: NULL if value is None else one_of([value]) for key, value in known.items()}


def _taken(
    steps: tuple[Mapping[str, Any], ...], nodes: text.Node | None, above: tuple[Demand, ...], part: list[int]
) -> Iterator[Taken]:
    for step, node in zip(steps, nodes.items if isinstance(nodes, text.Sequence) else (), strict=False):
        demands = (*above, (step["if"].node, TRUE)) if step["if"] is not None else above
        yield Taken(step, node, demands, part[0])
        yield from _inside(step, node, demands, part)
        part[0] += waits(step)


def _inside(step: Mapping[str, Any], node: text.Mapping, above: tuple[Demand, ...], part: list[int]) -> Iterator[Taken]:
    inner = node.get(step["kind"])
    if step["kind"] == "ask" and step.get("cases"):
        yield from _taken(step["cases"][0][1], inner.get("otherwise"), (*above, _MAYBE), part)
    if step["kind"] == "for_each":
        # How many rounds there are, and whether any, is not known.
        yield from _taken(step["steps"], inner.get("do"), (*above, _MAYBE), part)
    passed = above
    for (condition, steps), case in zip(step["cases"], inner, strict=True) if step["kind"] == "choose" else ():
        node_of = case.get("otherwise" if condition is None else "do")
        yield from _taken(steps, node_of, (*passed, (condition.node, TRUE)) if condition else passed, part)
        passed = (*passed, (condition.node, NOT_TRUE)) if condition else passed
