"""Dashboards as a release serves them: pages of tiles, each a question about the records of one entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from customary.engine.expressions import Expression
from customary.engine.words import Words

COUNT = "count"


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure, or several. `figure` is count, sum, avg, min or max; of all but the first, `field` is what is
    reckoned with. `by` names what records are told apart by: a field, or a path over links."""

    name: str
    label: Words
    kind: str
    entity: str
    help: Words = Words({})
    where: Expression | None = None
    figure: str = COUNT
    field: str = ""
    by: str = ""
    unit: str = ""
    """A line's stretch of time, or that which a number is compared over: day, week, month, quarter or year."""
    most: int = 0
    """How many bars, stretches or records there are at most."""
    target: Decimal | None = None
    pipeline: str = ""
    columns: tuple[str, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()

    @property
    def condition(self) -> str:
        """Which records count, as text; "" for all."""
        return self.where.text if self.where else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields without which there is nothing to tell, and paths to them."""
        return tuple(filter(None, (self.field, self.by, *(name for name, _ in self.sort))))


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A page of tiles in their order."""

    name: str
    label: Words
    tiles: Mapping[str, Tile]
    help: Words = Words({})
    icon: str = "chart-column"
