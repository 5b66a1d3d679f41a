"""The plan: every change between what is applied and new definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from customary.engine.model.model import Model
from customary.engine.plan.change import Change
from customary.engine.plan.line import Line
from customary.engine.plan.seal import Seal
from customary.engine.problem import Problem
from customary.engine.releases import Inverse
from customary.engine.releases.inverse import Names, Where
from customary.engine.tables import Catalogue, Tables
from customary.engine.tables.growth import Turn
from customary.engine.text import Source


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Changes from the release `base` to `model`. `problems` are facts about the data that forbid it."""

    base: int
    changes: tuple[Change, ...]
    model: Model
    tables: Tables
    before: Catalogue
    source: Source | None = None
    turns: tuple[Turn, ...] = ()
    renamed: Mapping[Where, Names] = field(default_factory=dict)
    back: int | None = None
    """The release that it goes back to, when it is an undo."""
    schema: str = ""
    """A fingerprint of the tables as they lay when it was made."""
    quick: bool = False
    """Whether nothing was counted."""
    problems: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """What does not forbid it and should be known: packs that are not those that were applied last."""

    @property
    def empty(self) -> bool:
        return not self.changes

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What is told of the changes, in their order."""
        return tuple(change.line for change in self.changes if change.line is not None)

    @cached_property
    def seal(self) -> Seal:
        """What it stands on."""
        return Seal.of(self.base, self.model.digest, self.schema, self.lines, self.quick)

    @property
    def digest(self) -> str:
        """Equal plans over the same release, tables and facts have the same digest."""
        return self.seal.digest

    @property
    def inverse(self) -> Inverse:
        """What takes the plan back."""
        return Inverse.of(self.before, self.tables.catalogue, self.renamed, self.base, self.back)

    def __str__(self) -> str:
        return "\n".join(map(str, self.lines))
