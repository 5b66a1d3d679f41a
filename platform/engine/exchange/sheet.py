"""A sheet: what any file gives once it is read, columns with their names and rows of cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from customary.engine.words import Reason

MOST_ROWS = 1_000_000
MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line (or sheet row) where it begins in its file, counted from 1, and its cells.

    A cell is text, or what the format knows it to be (a number, a date, yes or no); empty is "" or None.
    """

    line: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """A table out of a file. `form` says how it was understood (encoding, delimiter), for people to check."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    form: Mapping[str, str] = field(default_factory=dict)

    def column(self, position: int) -> list[Any]:
        """The filled cells of one column."""
        cells = (row.cells[position] for row in self.rows if position < len(row.cells))
        return [cell for cell in cells if cell is not None and cell != ""]


class Unreadable(ValueError):
    """A file that cannot be read as its format; `reason` says why."""

    def __init__(self, text: str, **values: object) -> None:
        self.reason = Reason(text, values)
        super().__init__(str(self.reason))


def sheet_of(records: list[tuple[int, list[Any]]], form: Mapping[str, str]) -> Sheet:
    """A sheet from raw rows: the header found, empty rows left out, columns without a name given one."""
    filled = [(line, cells) for line, cells in records if any(cell is not None and cell != "" for cell in cells)]
    if not filled:
        return Sheet((), (), form)
    if len(filled) > MOST_ROWS:
        raise Unreadable("has more than {count} rows", count=MOST_ROWS)
    width = _usual_width(filled)
    start = _header(filled, width)
    header = ["" if cell is None else str(cell).strip() for cell in filled[start][1]]
    dropped = _superfluous(header, width)
    header = [name for position, name in enumerate(header) if position not in dropped]
    if len(header) > MOST_COLUMNS:
        raise Unreadable("has more than {count} columns", count=MOST_COLUMNS)
    return Sheet(_named(header), tuple(Row(line, tuple(cells)) for line, cells in filled[start + 1 :]), form)


def _usual_width(rows: list[tuple[int, list[Any]]]) -> int:
    """The cells most rows below the first have; where rows disagree, the first one decides."""
    counts = Counter(len(cells) for _, cells in (rows[1:] or rows)[:1000])
    return max(counts, key=lambda width: (counts[width], width == len(rows[0][1]), width))


def _header(rows: list[tuple[int, list[Any]]], width: int) -> int:
    """The first row that names most columns; what stands above it is a title of the sheet."""
    for position, (_, cells) in enumerate(rows[:10]):
        named = sum(1 for cell in cells if cell is not None and str(cell).strip())
        if named * 2 > width:
            return position
    return 0


def _superfluous(header: list[str], width: int) -> set[int]:
    """Nameless columns that make the header wider than every row: a slip of the header alone."""
    extra = len(header) - width
    empty = [position for position, name in enumerate(header) if not name]
    return set(empty[:extra]) if 0 < extra <= len(empty) else set()


def _named(header: list[str]) -> tuple[str, ...]:
    """Names that are all there and all different."""
    names: list[str] = []
    for position, name in enumerate(header, 1):
        name = name[:200] or f"({position})"
        wanted, count = name, 2
        while name in names:
            name, count = f"{wanted} ({count})", count + 1
        names.append(name)
    return tuple(names)
