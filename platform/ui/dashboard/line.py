"""A line as an SVG draws it: points in a box of a hundred by forty, which stretches to the room there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

WIDTH, HEIGHT, EDGE = 100, 40, 2


@dataclass(frozen=True, slots=True)
class Line:
    """Strokes between points that are known, each a list of coordinates; a point and its column for each value."""

    strokes: tuple[str, ...]
    points: tuple[tuple[float, float] | None, ...]
    column: float
    """How wide the column of a value is."""
    ground: float
    """Where nought lies."""


def line(values: Sequence[Decimal | None]) -> Line:
    """The line through values; where one is not known it breaks off."""
    known = [each for each in values if each is not None]
    low, high = min([Decimal(0), *known]), max([Decimal(0), *known])
    column = WIDTH / max(1, len(values))

    def height(value: Decimal) -> float:
        part = float((value - low) / (high - low)) if high > low else 0.0
        return round(HEIGHT - EDGE - part * (HEIGHT - 2 * EDGE), 2)

    points = tuple(
        (round((place + 0.5) * column, 2), height(value)) if value is not None else None
        for place, value in enumerate(values)
    )
    runs = (tuple(run) for is_known, run in groupby(points, lambda each: each is not None) if is_known)
    strokes = tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs)
    return Line(strokes, points, round(column, 4), height(Decimal(0)))
