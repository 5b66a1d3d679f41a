"""The statements behind a page of records, in an order that an index can serve."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from customary.engine.records.breadth import beside_indexes
from customary.engine.records.reader.layout import Layout, layout
from customary.engine.records.reader.reading import Reading, conditions_of
from customary.engine.records.reader.search import matching
from customary.engine.records.rows import all_rows, ordered, permission, seen_rows, sort_column
from customary.engine.records.titles import title_of_one
from customary.engine.records.work import Work

USUAL_SIZES = frozenset(limit + 1 for limit in (10, 20, 25, 50, 100))
"""Sizes that stand in the statement itself. Not knowing the size, PostgreSQL takes a kept plan for dear, and makes one
for each page: a third of the time of a page of fifty."""
ESTIMATE_UP_TO = 1_000
"""An estimated count is exact up to here."""


def page_statement(
    work: Work, reading: Reading, filled: bool, pattern: tuple[bool, ...] | None, size: int | None
) -> sa.Select:
    """One range of a page: records with a value in the leading sort column (`filled`), or those without.

    `pattern` says which of the cursor's values are empty; None is the beginning. A `size` that is None is bound.
    """
    lie = layout(work, reading)
    page = _page(work, reading, lie, filled, pattern, size)
    return page if work.is_sqlite or not lie.beside else _with_titles(work, reading, lie, page)


def _page(
    work: Work, reading: Reading, lie: Layout, filled: bool, pattern: tuple[bool, ...] | None, size: int | None
) -> sa.Select:
    rows = all_rows(work, reading.entity)
    keys = [(sort_column(work, reading.entity, name), down) for name, down in reading.sort]
    keys.append((rows.column("id"), keys[-1][1] if keys else False))
    statement = sa.select(*lie.columns).select_from(rows.from_clause).where(*_where(work, reading, reading.walks))
    if may_be_empty(reading):
        statement = statement.where(keys[0][0].is_not(None) if filled else keys[0][0].is_(None))
    if not filled:
        keys, pattern = keys[1:], pattern[1:] if pattern is not None else None
    if pattern is not None:
        statement = statement.where(_beyond(keys, pattern, 0 if filled else 1, led=filled))
    order = [ordered(work, column, down, first=position == 0) for position, (column, down) in enumerate(keys)]
    limit = sa.bindparam("size", type_=sa.Integer) if size is None else sa.literal_column(str(size), sa.Integer)
    return statement.order_by(*order).limit(limit)


def _with_titles(work: Work, reading: Reading, lie: Layout, page: sa.Select) -> sa.Select:
    """The page with the titles of what its records link to, which are looked up for them alone."""
    found = [*(limited := page.subquery("page")).c]
    beside = (title_of_one(work, to, found[place]) for to, place in lie.beside)
    downs = [down for _, down in reading.sort]
    keys = zip(lie.sort, [*downs, downs[-1] if downs else False], strict=True)
    order = [ordered(work, found[place], down, first=False) for place, down in keys]
    return sa.select(limited, *(each.label(f"t{place}") for place, each in enumerate(beside))).order_by(*order)


def count_statement(work: Work, reading: Reading, how: str) -> sa.Select:
    """How many records fit, all of them or (an estimate) as far as is worth counting."""
    inner = sa.select(sa.literal(1)).select_from(all_rows(work, reading.entity).from_clause)
    inner = inner.where(*_where(work, reading))
    if how == "estimate":
        inner = inner.limit(ESTIMATE_UP_TO)
    return sa.select(sa.func.count()).select_from(inner.subquery())


def may_be_empty(reading: Reading) -> bool:
    """Whether the leading sort column can be without a value."""
    return reading.sort != () and reading.sort[0][0] not in ("created_at", "updated_at", "revision")


def _where(work: Work, reading: Reading, walks: bool = False) -> list[sa.ColumnElement]:
    """Everything a row must fulfil: permission, the typed conditions, not archived, the quick search."""
    rows, seen = all_rows(work, reading.entity), seen_rows(work, reading.entity)
    found = []
    if not reading.query.archived:
        found.append(rows.column("archived_at").is_(None))
    rights = (permission(work, rows, act) for act in reading.query.acts)
    found += [beside_indexes(each) if walks else each for each in rights if each is not None]
    found += [each.clause(seen, seen.values) for each in conditions_of(reading.query)]
    if reading.parameters:
        found.append(matching(work, rows))
    return found


def _beyond(
    keys: Sequence[tuple[sa.ColumnElement, bool]], pattern: Sequence[bool], offset: int, led: bool
) -> sa.ColumnElement:
    """The rows that come after the cursor: greater in some key, equal in all before it."""
    if led and len(keys) == 2 and not any(pattern):
        return _beyond_both(keys[0], keys[1])
    options, equal = [], []
    for position, ((column, down), empty) in enumerate(zip(keys, pattern, strict=True)):
        value = sa.bindparam(f"after_{position + offset}", type_=column.type)
        if not empty:
            further = column < value if down else column > value
            may_be_empty = position > 0 or not led
            last = position == len(keys) - 1
            options.append(sa.and_(*equal, sa.or_(further, column.is_(None)) if may_be_empty and not last else further))
        equal.append(column.is_(None) if empty else column == value)
    beyond = sa.or_(sa.false(), *options)
    if led and not pattern[0]:
        # Says nothing new, but gives the database the range of the index to start in.
        column, down = keys[0]
        value = sa.bindparam(f"after_{offset}", type_=column.type)
        return sa.and_(column <= value if down else column >= value, beyond)
    return beyond


def _beyond_both(first: tuple[sa.ColumnElement, bool], last: tuple[sa.ColumnElement, bool]) -> sa.ColumnElement:
    """The same for one key and the id, which are never empty here and run the same way: as a pair, the database
    begins right behind the cursor, where it would else read all rows of the same first key again."""
    (column, down), (id, _) = first, last
    cursor = (sa.bindparam(f"after_{place}", type_=each.type) for place, each in enumerate((column, id)))
    pair, after = sa.tuple_(column, id), sa.tuple_(*cursor)
    return pair < after if down else pair > after
