"""Pipelines, compiled: their stages, and what is done and asked for on entering one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression, Template
from customary.engine.words import Words


@dataclass(frozen=True, kw_only=True)
class StageTask:
    """A task made when a record enters a stage."""

    title: Template
    due: Expression | None = None
    owner: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Who must have approved that a record enters a stage, where the condition holds.

    `by` is a role (`role …`), a team (`team …`), an Expression of users, or a tuple of these; `covers` names the fields
    whose values are approved: when one of them changes, it has to be asked for again.
    """

    by: Any
    condition: Expression | None
    covers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of a pipeline. `outcome` is won, lost, done or None while open."""

    name: str
    label: Words
    probability: int | None = None
    outcome: str | None = None
    requires: tuple[str, ...] = ()
    guard: Expression | None = None
    guard_message: Words | None = None
    approve: tuple[Approval, ...] = ()
    locks: tuple[str, ...] = ()
    """Field names that are read-only here; `("all",)` for all."""
    stale_after_seconds: int | None = None
    colour: str | None = None
    tasks: tuple[StageTask, ...] = ()
    was: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages of an entity's records and the moves between them."""

    name: str
    label: Words
    entity: str
    stages: Mapping[str, Stage]
    where: Expression | None = None
    pairs: frozenset[tuple[str, str]] = frozenset()
    """Every allowed move, whatever way it was declared. A stage's own name to itself is never in it."""

    @property
    def first(self) -> Stage:
        return next(iter(self.stages.values()))
