"""Indexes: derived from what is declared (unique, links, addresses, views, pipelines, roles), never written by hand.

Lists are read in the order of their sort columns, each with empty values last, then by id in the direction of
the last sort column; indexes of views are made in exactly that order, so that a page is a range of an index.
On PostgreSQL a descending column says so. SQLite reads an ascending index from its end, where its empty values
are, so there one index serves both directions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.functions import FunctionElement

from customary.engine.columns import CodePointText
from customary.engine.fields.text import SORTED_LENGTH
from customary.engine.model.entities.limit import NoOverlap
from customary.engine.tables.entity_table import SYSTEM_COLUMNS
from customary.engine.tables.fixed import fixed, fixed_by_right

if TYPE_CHECKING:
    from customary.engine.tables.entity_table import EntityTable

DEFAULT_SORT = (("created_at", True),)

SHORT_BYTES = 100
MOST_BYTES = 2600
"""PostgreSQL refuses a row whose values in one index are longer than about 2,700 bytes."""

Key = tuple[sa.Column, bool]
"""A column and whether it descends."""


class descending(sa.UnaryExpression):  # noqa: N801 - reads as the SQL it becomes
    """A column of an index, its greatest value first and empty values last."""

    inherit_cache = True


@compiles(descending)
def _descending(element: descending, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.element, **kw)


@compiles(descending, "postgresql")
def _descending_postgresql(element: descending, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.element, **kw) + " DESC NULLS LAST"


class digested(FunctionElement):  # noqa: N801 - reads as the SQL it becomes
    """A column that may be too long for an index of PostgreSQL, which then holds its digest."""

    inherit_cache = True


@compiles(digested)
def _digested(element: digested, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(digested, "postgresql")
def _digested_postgresql(element: digested, compiler: Any, **kw: Any) -> str:
    return f"md5({compiler.process(element.clauses, **kw)})"


def add_indexes(made: EntityTable, timed: Iterable[str] = (), rights: Iterable[Any] = ()) -> None:
    """Gives the table every index that declarations call for: its entity's, `timed` fields that the clock looks at,
    and `rights`, the rules by which roles let people see some of its records."""
    for fields in _uniques(made):
        _add(made, [(column, False) for column in fields], unique=True, living=True)
    for fields in _limits(made):
        _add(made, [(made.column(name), False) for name in fields], living=True)
    for column, links in _lookups(made):
        _add(made, [(column, False)], lasting=links)
    for name in timed:
        if made.has(name) or name in SYSTEM_COLUMNS:
            _add(made, [(made.column(name), False)], living=True)
    for fields in dict.fromkeys(each for rule in rights for each in fixed_by_right(made, rule)):
        # Not of the living only: where one of several rules must hold, SQLite uses no index that is limited to some.
        _add(made, _fitting(made, fields))
    for keys, conditions in _orders(made):
        _add(made, keys, living=True, conditions=conditions)


def _uniques(made: EntityTable) -> Iterator[list[sa.Column]]:
    for name, field in made.entity.fields.items():
        if field.unique and made.has(name):
            yield _compared(made, name)
    for fields in made.entity.unique.values():
        if all(map(made.has, fields)):
            yield [column for name in fields for column in _compared(made, name)]


def _limits(made: EntityTable) -> Iterator[tuple[str, ...]]:
    """The fields by which a limit finds those that meet; a link has an index of its own."""
    for each in made.entity.limits:
        fields = (*each.per, *([each.start] if isinstance(each, NoOverlap) else ()))
        if len(fields) > 1 or fields and made.entity.fields[fields[0]].points != "one":
            yield fields


def _compared(made: EntityTable, name: str) -> list[sa.Column]:
    """The columns in which equal values are equal: all but the sortable form and a converted amount."""
    return [column for column in made.columns([name]) if not column.name.endswith(("_sort", "_base"))]


def _lookups(made: EntityTable) -> Iterator[tuple[sa.Column, bool]]:
    """Columns to find records by, and whether they are links."""
    for name, field in made.entity.fields.items():
        links = field.points in ("one", "any")
        wanted = links or field.index or (field.addressed and field.entered)
        if wanted and made.has(name) and name not in SYSTEM_COLUMNS:
            yield made.column(name), links


def _orders(made: EntityTable) -> Iterator[tuple[list[Key], list[sa.ColumnElement]]]:
    """The keys of each index that a list is read by, and the conditions of the records in it."""
    yield _keys(made, (), DEFAULT_SORT), []
    for view in made.entity.views.values():
        sort = tuple((name, down) for name, down in view.sort if made.has(name))
        equal, conditions = fixed(made, view.where)
        if view.kind == "board" and made.has("stage"):
            yield _keys(made, ("stage", *equal), sort or DEFAULT_SORT), conditions
        elif sort or equal:
            yield _keys(made, equal, sort), conditions
    if made.entity.pipelines and made.has("stage"):
        yield _keys(made, ("stage",), DEFAULT_SORT), []


def _fitting(made: EntityTable, fields: tuple[str, ...]) -> list[Key]:
    """The keys of these fields, or of as many of them as an index can hold, in the default order."""
    keys = _keys(made, fields, DEFAULT_SORT)
    return _fitting(made, fields[:-1]) if len(fields) > 1 and _is_wide(made, keys) else keys


def _keys(made: EntityTable, equal: Iterable[str], sort: Iterable[tuple[str, bool]]) -> list[Key]:
    keys: list[Key] = [(made.column(name), False) for name in equal]
    keys += [(made.sort_column(name), down) for name, down in sort]
    keys.append((made.table.c.id, keys[-1][1] if sort else False))
    unique: dict[str, Key] = {}
    for column, down in keys:
        unique.setdefault(column.name, (column, down))
    return list(unique.values())


def _add(
    made: EntityTable,
    keys: list[Key],
    unique: bool = False,
    living: bool = False,
    lasting: bool = False,
    conditions: Iterable[sa.ColumnElement] = (),
) -> None:
    """Adds an index under a name that tells what it is. A lasting one outlives its field: deleting a record looks
    for those that point at it in retired columns too."""
    wide = _is_wide(made, keys)
    if wide and not unique:
        return
    where = [*([made.table.c.archived_at.is_(None)] if living else []), *conditions]
    columns = ",".join(column.name + (" desc" if down else "") for column, down in keys)
    told = "|".join((columns, str(unique), *map(str, where), *(["wide"] if wide else [])))
    digest = hashlib.sha256(told.encode()).hexdigest()[:10]
    name = f"{'ux' if unique else 'lx' if lasting else 'ix'}_{made.table.name}_{digest}"
    if any(index.name == name for index in made.table.indexes):
        return
    holds = sa.and_(*where) if where else None
    sa.Index(
        name,
        *(_term(made, column, down, wide) for column, down in keys),
        unique=unique,
        sqlite_where=holds,
        postgresql_where=holds,
    )


def _term(made: EntityTable, column: sa.Column, down: bool, wide: bool) -> sa.ColumnElement:
    if wide and _bytes(made, column) > SHORT_BYTES:
        return digested(column)
    return descending(column, modifier=operators.desc_op) if down else column


def _is_wide(made: EntityTable, keys: list[Key]) -> bool:
    return sum(_bytes(made, column) for column, _ in keys) > MOST_BYTES


def _bytes(made: EntityTable, column: sa.Column) -> int:
    """How long the column's values may become; characters are up to four bytes."""
    if not isinstance(column.type, CodePointText):
        return SHORT_BYTES
    if column.name.endswith("_sort"):
        return 4 * SORTED_LENGTH
    name = made.field_of(column.name)
    return 4 * getattr(made.entity.columns[name], "limit", 100) if name else SHORT_BYTES
