"""A rule under analysis: what was compiled, beside the nodes that say where each part is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from customary.engine.automation.analyse.facts import Demand, Facts, after, facts_of
from customary.engine.expressions import Expression
from customary.engine.expressions.decide import NOT_TRUE, TRUE
from customary.engine.expressions.meaning import Variable
from customary.engine.expressions.types import BOOLEAN
from customary.engine.model.model import Model
from customary.engine.model.rules.wait import waits
from customary.engine.model.workflow import Workflow
from customary.engine.problem import Place
from customary.engine.text import Source
from customary.engine.text import node as text

_MAYBE: Demand = (Variable(0, BOOLEAN, "maybe"), TRUE)


@dataclass(frozen=True)
class Taken:
    """A step, where it is written, and under which conditions it is taken. `part` counts the waits before it."""

    step: Mapping[str, Any]
    node: text.Mapping
    demands: tuple[Demand, ...]
    part: int
    branches: tuple[Branch, ...] = ()

    def within(self) -> Iterator[Taken]:
        """It and all steps inside it."""
        yield self
        yield from (step for branch in self.branches for each in branch.steps for step in each.within())

    @property
    def place(self) -> Place:
        return self.node.place_of(self.step["kind"])

    @property
    def always(self) -> bool:
        return not self.demands


@dataclass(frozen=True)
class Branch:
    """Steps inside a step; of a case that is chosen with its condition."""

    node: text.Mapping
    steps: tuple[Taken, ...]
    condition: Expression | None = None


@dataclass(frozen=True)
class Rule:
    """One workflow. `facts` are those of its records, `starts` what is certain of them after each of its triggers."""

    workflow: Workflow
    body: text.Mapping
    facts: Facts
    starts: tuple[Facts, ...]

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
    def course(self) -> tuple[Taken, ...]:
        """The steps one after the other."""
        return tuple(_taken(self.workflow.steps, self.body.get("do"), (), [0]))

    @cached_property
    def steps(self) -> tuple[Taken, ...]:
        """All steps, those of cases and loops too."""
        return tuple(step for each in self.course for step in each.within())


def rules_of(model: Model, source: Source) -> list[Rule]:
    """The workflows of a model."""
    facts = {name: facts_of(entity) for name, entity in model.entities.items()}
    return [
        _rule(model, source.documents["workflow", name].body, each, facts) for name, each in model.workflows.items()
    ]


def _rule(model: Model, body: text.Mapping, workflow: Workflow, facts: Mapping[str, Facts]) -> Rule:
    own = facts.get(workflow.entity, Facts())
    mine = (each["entity"] if each["entity"] == workflow.entity else "" for each in workflow.triggers)
    pairs = zip(mine, workflow.triggers, strict=True)
    return Rule(workflow, body, own, tuple(after(model, own, each) if entity else own for entity, each in pairs))


def _taken(
    steps: tuple[Mapping[str, Any], ...], nodes: text.Node | None, above: tuple[Demand, ...], part: list[int]
) -> Iterator[Taken]:
    for step, node in zip(steps, nodes.items if isinstance(nodes, text.Sequence) else (), strict=False):
        demands = (*above, (step["if"].node, TRUE)) if step["if"] is not None else above
        number, branches = part[0], tuple(_branches(step, node, demands, part))
        yield Taken(step, node, demands, number, branches)
        part[0] += waits(step)


def _branches(
    step: Mapping[str, Any], node: text.Mapping, above: tuple[Demand, ...], part: list[int]
) -> Iterator[Branch]:
    inner = node.get(step["kind"])
    if step["kind"] == "ask" and step.get("cases"):
        yield Branch(inner, tuple(_taken(step["cases"][0][1], inner.get("otherwise"), (*above, _MAYBE), part)))
    if step["kind"] == "for_each":
        # How many rounds there are, and whether any, is not known.
        yield Branch(inner, tuple(_taken(step["steps"], inner.get("do"), (*above, _MAYBE), part)))
    passed = above
    for (condition, steps), case in zip(step["cases"], inner, strict=True) if step["kind"] == "choose" else ():
        node_of = case.get("otherwise" if condition is None else "do")
        demands = (*passed, (condition.node, TRUE)) if condition else passed
        yield Branch(case, tuple(_taken(steps, node_of, demands, part)), condition)
        passed = (*passed, (condition.node, NOT_TRUE)) if condition else passed
