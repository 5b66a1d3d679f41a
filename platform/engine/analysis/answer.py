"""What a tile has to tell somebody: its figures, each with the condition of the list behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from customary.engine.model.tile import Tile
from customary.engine.records.record import Page, Titles
from customary.engine.words import Reason


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: how much, of what (a value, a stage, a period), and of which records."""

    value: Any
    where: str
    key: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A tile's figures for one reader. Where it is `closed`, what it asks is hidden from them, and nothing is told."""

    tile: Tile
    figures: tuple[Figure, ...] = ()
    titles: Titles = field(default_factory=dict)
    """Of records among the keys."""
    before: Figure | None = None
    """The figure of the period before."""
    rest: int = 0
    """How many values there are beyond the bars."""
    page: Page | None = None
    """A table's records."""
    whole: str = ""
    """The condition of all records that the tile tells of."""
    closed: bool = False
    refusal: Reason | None = None
    """Why it could not be reckoned."""
