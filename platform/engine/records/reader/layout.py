"""Which columns a page asks for, and where each field's value lies in its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from customary.engine.fields.field import Field
from customary.engine.records.formulas import computed
from customary.engine.records.kept import kept
from customary.engine.records.reader.reading import Reading
from customary.engine.records.record import Titles
from customary.engine.records.rows import all_rows, sort_column
from customary.engine.records.titles import nameable_target, reader_key, title_clause
from customary.engine.records.work import Work
from customary.engine.tables import SYSTEM_COLUMNS

_NEVER_LOADED = ("_sort", "_base")
"""Parts that only order and add up."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The columns of a page, and how a row of them becomes values. Rows are read by position: the fastest way."""

    columns: tuple[Any, ...]
    names: tuple[str, ...]
    plain: Callable[[Sequence[Any]], tuple]
    parts: tuple[tuple[str, Field, tuple[tuple[str, int], ...]], ...]
    formulas: tuple[tuple[str, Field, tuple[int, ...]], ...]
    title: int
    sort: tuple[int, ...]
    """The positions of the sort values and of the id, which make the cursor."""
    beside: tuple[tuple[str, int], ...] = ()
    """The entities to whose records rows link, by the positions of the links; their titles follow the columns."""

    def titles(self, row: Sequence[Any]) -> Titles:
        """The titles that a row carries."""
        named = zip(self.beside, row[len(self.columns) :], strict=True)
        return {(to, row[place]): title for (to, place), title in named if title is not None}

    def values(self, row: Sequence[Any]) -> dict[str, Any]:
        """The fields' values in a row."""
        found = dict(zip(self.names, self.plain(row), strict=True))
        for name, each, places in self.parts:
            found[name] = each.load({suffix: row[place] for suffix, place in places})
        for name, each, places in self.formulas:
            found[name] = computed.taken(each, [row[place] for place in places])
        return found


def layout(work: Work, reading: Reading) -> Layout:
    """The layout of a reading's rows; the same for all readers with the same rights."""
    key = ("layout", reading.entity, reading.fields, reading.sort, reader_key(work), reading.titled)
    return kept(work, key, lambda: _layout(work, reading)) if reading.still else _layout(work, reading)


def _layout(work: Work, reading: Reading) -> Layout:
    table = work.release.tables.entity(reading.entity)
    fields, rows = work.model.entities[reading.entity].columns, all_rows(work, reading.entity)
    columns: list[Any] = []
    plain: dict[str, int] = {}
    parts, formulas = [], []
    for name in reading.fields:
        each = fields[name]
        if each.formula is not None and not each.kept:
            asked = computed.clauses(rows, each)
            formulas.append((name, each, tuple(_place(columns, clause) for clause in asked)))
        elif name in SYSTEM_COLUMNS or table.has(name):
            places = _places(table, name, columns)
            if len(places) == 1 and type(each).load is Field.load:
                plain[name] = places[0][1]
            else:
                parts.append((name, each, places))
    title = _place(columns, title_clause(work, reading.entity, rows))
    keys = [sort_column(work, reading.entity, name) for name, _ in reading.sort]
    sort = tuple(_place(columns, key) for key in keys)
    names = tuple(plain)
    return Layout(
        columns=tuple(column.label(f"c{position}") for position, column in enumerate(columns)),
        names=names,
        plain=itemgetter(*plain.values()),
        parts=tuple(parts),
        formulas=tuple(formulas),
        title=title,
        sort=(*sort, plain["id"]),
        beside=tuple(_beside(work, reading, plain)) if reading.titled else (),
    )


def _beside(work: Work, reading: Reading, plain: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for name, place in plain.items():
        to = nameable_target(work, reading.entity, work.model.entities[reading.entity].columns[name])
        if to is not None:
            yield to, place


def _places(table: Any, name: str, columns: list[Any]) -> tuple[tuple[str, int], ...]:
    """Puts a field's columns among the others; gives their positions by part."""
    stem = name if name in SYSTEM_COLUMNS else table.physical[name]
    suffixes = ((column.name.removeprefix(stem), column) for column in table.columns([name]))
    return tuple((suffix, _place(columns, column)) for suffix, column in suffixes if not suffix.endswith(_NEVER_LOADED))


def _place(columns: list[Any], column: Any) -> int:
    for position, other in enumerate(columns):
        if other is column:
            return position
    columns.append(column)
    return len(columns) - 1
