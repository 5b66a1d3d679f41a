"""A limit: a rule over several records of an entity, which may not overlap, or of which there may be only so many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from customary.engine.expressions import Expression
from customary.engine.words import Words


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Living records for which `where` holds meet when they agree in all of `per`, each of them filled in."""

    kind: ClassVar[str]
    """The key under which it stands in its entity."""

    name: str
    per: tuple[str, ...]
    where: Expression | None
    message: Words | None

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that it names."""
        return self.per

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (self.where,) if self.where is not None else ()


@dataclass(frozen=True, kw_only=True)
class NoOverlap(Limit):
    """No two that meet may be at the same time.

    What ends at the moment at which another begins is apart from it; of `whole_days` both ends belong to it. What has
    no end never ends, and what has no start has no time.
    """

    kind: ClassVar[str] = "no_overlap"

    start: str
    end: str
    whole_days: bool

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.start, self.end, *self.per)


@dataclass(frozen=True, kw_only=True)
class AtMost(Limit):
    """Of those that meet there may be `count`, which is asked of each of them; any number where it is unknown."""

    kind: ClassVar[str] = "at_most"

    count: int | Expression

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (*super().expressions, *((self.count,) if isinstance(self.count, Expression) else ()))
