"""Selecting records: one by id, or a page of those that fit, in an order that an index can serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import Expression
from customary.engine.fields.field import Field, Refusal
from customary.engine.records import storage
from customary.engine.records.ask import ask
from customary.engine.records.cursor import read_cursor, write_cursor
from customary.engine.records.kept import kept
from customary.engine.records.record import Page, Query, Record
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.rows import all_rows, computed, permission, seen_rows
from customary.engine.records.scope import RecordScope
from customary.engine.records.search import bound, matching
from customary.engine.records.titles import linked, reader_key, title_clause, titles
from customary.engine.records.work import Work
from customary.engine.tables import SYSTEM_COLUMNS
from customary.engine.words import Reason

MOST = 1_000
"""Records on one page."""
ESTIMATE_UP_TO = 1_000
"""An estimated count is exact up to here."""


def get(work: Work, entity: str, id: UUID, archived: bool = True) -> Record:
    """One record with its computed fields, child rows' ids and the titles of what it links to. Raises Missing."""
    if entity not in work.model.entities or not work.access.may(entity, "read"):
        raise Missing(entity, id)
    values = storage.load(work, entity, id)
    if values is None or (values["archived_at"] is not None and not archived):
        raise Missing(entity, id)
    scope = RecordScope(work, entity, values)
    if not work.access.holds(entity, "read", scope):
        raise Missing(entity, id)
    seen = _seen_values(work, entity, values, scope)
    own = titles(work, linked(work, entity, [seen]) | {(entity, id)})
    return Record(entity, id, seen, own.get((entity, id), ""), own)


def select(work: Work, entity: str, query: Query, with_titles: bool = True) -> Page:
    """A page of records, and the titles of what they link to.

    Raises Missing (no such entity), Forbidden, Refused (a sort or cursor that is none).
    """
    reading = _read(work, entity, query)
    size = max(1, min(query.limit, MOST))
    rows = _fetch(work, reading, size + 1)
    table = work.release.tables.entity(entity)
    records, sorts = [], []
    loaded = [_values(work, reading, table, row) for row in rows[:size]]
    if any(name in reading.fields for name in reading.many):
        storage.add_links(work, entity, loaded)
    for row, values in zip(rows, loaded, strict=False):
        records.append((values["id"], values, row["record_title"] or ""))
        sorts.append(row)
    found = titles(work, linked(work, entity, loaded)) if with_titles else {}
    page = tuple(Record(entity, id, values, title, found) for id, values, title in records)
    following = _cursor(reading, sorts[-1]) if len(rows) > size else None
    return Page(page, following, _count(work, reading, query.count), found)


def load_records(work: Work, entity: str, ids: Sequence[UUID]) -> list[Record]:
    """The records with these ids, in their order, as the actor may see them; permission is the caller's matter."""
    found = storage.load_many(work, entity, ids)
    scope = RecordScope(work)
    seen = [
        _seen_values(work, entity, values, scope.about(scope.view(entity, values)), lines=False) for values in found
    ]
    own = titles(work, linked(work, entity, seen) | {(entity, values["id"]) for values in seen})
    return [Record(entity, each["id"], each, own.get((entity, each["id"]), ""), own) for each in seen]


def count(work: Work, entity: str, query: Query | None = None) -> int:
    """How many records there are that fit, exactly."""
    return _count(work, _read(work, entity, query or Query()), "exact") or 0


@dataclass(frozen=True)
class Reading:
    """A query made ready: checked, with a key under which its statements are kept."""

    entity: str
    query: Query
    sort: tuple[tuple[str, bool], ...]
    fields: tuple[str, ...]
    many: tuple[str, ...]
    after: list[Any] | None
    parameters: Mapping[str, Any]
    shape: str
    key: tuple | None
    """None when the statements read the clock, and so cannot be kept."""


def _read(work: Work, entity: str, query: Query) -> Reading:
    if entity not in work.model.entities:
        raise Missing(entity)
    if not work.access.may(entity, "read"):
        raise Forbidden(Reason("may not be read by you"))
    sort = _checked_sort(work, entity, query.sort)
    conditions = _conditions(query)
    typed = query.text.strip() if query.text else ""
    shape = repr((entity, sort, [each.text for each in conditions], typed, query.archived))
    after = read_cursor(shape, query.after, len(sort) + 1) if query.after else None
    fields = _wanted_fields(work, entity, query)
    many = tuple(each.name for each in work.model.entities[entity].fields.values() if each.kind == "links")
    volatile = any(each.reads_now for each in conditions)
    same = (entity, sort, tuple(each.text for each in conditions), bool(typed), query.archived)
    key = None if volatile else (same, fields, reader_key(work))
    parameters = bound(work, typed) if typed else {}
    return Reading(entity, query, sort, fields, many, after, parameters, shape, key)


def _conditions(query: Query) -> list[Expression]:
    return [each for each in (query.where, *query.conditions) if each is not None]


def _checked_sort(work: Work, entity: str, sort: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    fields, hidden = work.model.entities[entity].fields, work.access.hidden(entity)
    problems = []
    for name, _ in sort:
        if name not in fields or name in hidden:
            problems.append(FieldProblem(None, Reason("has no field “{name}” to sort by", {"name": name})))
        elif fields[name].kind in ("links", "lines", "choices", "tags"):
            problems.append(FieldProblem(name, Reason("cannot be sorted by"), fields[name].label))
    if problems:
        raise Refused(problems)
    unique = dict(reversed([*sort])) if sort else {"created_at": True}
    ordered = [name for name, _ in sort] or ["created_at"]
    return tuple((name, unique[name]) for name in dict.fromkeys(ordered) if name != "id")


def _wanted_fields(work: Work, entity: str, query: Query) -> tuple[str, ...]:
    fields, hidden = work.model.entities[entity].fields, work.access.hidden(entity)
    if query.fields is None:
        wanted = [name for name, each in fields.items() if each.kind not in ("lines", "links")]
    else:
        wanted = [name for name in query.fields if name in fields]
        unknown = [name for name in query.fields if name not in fields or name in hidden]
        if unknown:
            raise Refused([FieldProblem(None, Reason("has no field “{name}”", {"name": name})) for name in unknown])
    return tuple(dict.fromkeys(("id", "revision", *(name for name in wanted if name not in hidden))))


def _fetch(work: Work, reading: Reading, size: int) -> list[Mapping[str, Any]]:
    """The rows of a page: first those with a value in the leading sort column, then those without.

    Two plain ranges instead of one order with NULLS LAST, so that both databases walk an index, and a deep
    page costs what the first does.
    """
    rows: list[Mapping[str, Any]] = []
    after = reading.after
    for filled in (True, False):
        if after is not None and after[0] is None and filled:
            continue
        start = after if after is not None and (after[0] is not None) == filled else None
        rows += _segment(work, reading, filled, start, size - len(rows))
        if len(rows) >= size or not _may_be_empty(reading):
            break
    return rows


def _may_be_empty(reading: Reading) -> bool:
    return reading.sort != () and reading.sort[0][0] not in ("created_at", "updated_at", "revision")


def _segment(work: Work, reading: Reading, filled: bool, start: list[Any] | None, size: int) -> list[Mapping[str, Any]]:
    pattern = tuple(value is None for value in start) if start is not None else None

    def make() -> sa.Select:
        return _statement(work, reading, filled, pattern)

    key = ("select", reading.key, filled, pattern)
    statement = make() if reading.key is None else kept(work, key, make)
    parameters: dict[str, Any] = {"size": size, **reading.parameters}
    if start is not None:
        parameters |= {f"after_{position}": value for position, value in enumerate(start) if value is not None}
    return list(ask(work, statement, parameters).mappings())


def _statement(work: Work, reading: Reading, filled: bool, pattern: tuple[bool, ...] | None) -> sa.Select:
    rows = all_rows(work, reading.entity)
    table = work.release.tables.entity(reading.entity)
    fields = work.model.entities[reading.entity].fields
    stored = [name for name in reading.fields if name in SYSTEM_COLUMNS or table.has(name)]
    columns: list[Any] = list(table.columns(stored))
    columns += [
        computed(rows, fields[name]).label(f"computed_{name}") for name in reading.fields if fields[name].formula
    ]
    columns.append(title_clause(work, reading.entity, rows).label("record_title"))
    keys = [(_sort_column(work, reading.entity, name), down) for name, down in reading.sort]
    keys.append((rows.column("id"), keys[-1][1] if keys else False))
    columns += [column.label(f"sort_{position}") for position, (column, _) in enumerate(keys)]
    statement = sa.select(*columns).select_from(rows.from_clause).where(*_where(work, reading))
    if len(keys) > 1 and _may_be_empty(reading):
        statement = statement.where(keys[0][0].is_not(None) if filled else keys[0][0].is_(None))
    if not filled:
        keys, pattern = keys[1:], pattern[1:] if pattern is not None else None
    offset = 0 if filled else 1
    if pattern is not None:
        statement = statement.where(_beyond(keys, pattern, offset, led=filled))
    order = [_ordered(work, column, down, first=position == 0) for position, (column, down) in enumerate(keys)]
    return statement.order_by(*order).limit(sa.bindparam("size", type_=sa.Integer))


def _sort_column(work: Work, entity: str, name: str) -> sa.ColumnElement:
    table = work.release.tables.entity(entity)
    if name in SYSTEM_COLUMNS or table.has(name):
        return table.sort_column(name)
    return computed(all_rows(work, entity), work.model.entities[entity].fields[name])


def _where(work: Work, reading: Reading) -> list[sa.ColumnElement]:
    """Everything a row must fulfil: permission, the typed conditions, not archived, the quick search."""
    rows, seen = all_rows(work, reading.entity), seen_rows(work, reading.entity)
    found = []
    if not reading.query.archived:
        found.append(rows.column("archived_at").is_(None))
    readable = permission(work, rows, "read")
    if readable is not None:
        found.append(readable)
    found += [each.clause(seen, seen.values) for each in _conditions(reading.query)]
    if reading.parameters:
        found.append(matching(work, reading.entity, rows.column("id")))
    return found


def _beyond(
    keys: Sequence[tuple[sa.ColumnElement, bool]], pattern: Sequence[bool], offset: int, led: bool
) -> sa.ColumnElement:
    """The rows that come after the cursor: greater in some key, equal in all before it."""
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


def _ordered(work: Work, column: sa.ColumnElement, down: bool, first: bool) -> sa.ColumnElement:
    """Empty last. SQLite's own order for descending does so; ascending is asked for where it can matter."""
    if not work.is_sqlite:
        return column.desc().nulls_last() if down else column.asc()
    if down or first:
        return column.desc() if down else column.asc()
    return column.asc().nulls_last()


def _values(work: Work, reading: Reading, table: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in table.load(row).items() if name in reading.fields}
    fields = work.model.entities[reading.entity].fields
    for name in reading.fields:
        if fields[name].formula is not None:
            values[name] = _computed(fields[name], row[f"computed_{name}"])
    return values


def _cursor(reading: Reading, row: Mapping[str, Any]) -> str:
    return write_cursor(reading.shape, [row[f"sort_{position}"] for position in range(len(reading.sort) + 1)])


def _count(work: Work, reading: Reading, how: str) -> int | None:
    if how == "none":
        return None
    statement = (
        _count_statement(work, reading, how)
        if reading.key is None
        else kept(work, ("count", how, reading.key), lambda: _count_statement(work, reading, how))
    )
    return ask(work, statement, reading.parameters).scalar_one()


def _count_statement(work: Work, reading: Reading, how: str) -> sa.Select:
    inner = sa.select(sa.literal(1)).select_from(all_rows(work, reading.entity).from_clause)
    inner = inner.where(*_where(work, reading))
    if how == "estimate":
        inner = inner.limit(ESTIMATE_UP_TO)
    return sa.select(sa.func.count()).select_from(inner.subquery())


def _seen_values(
    work: Work, entity: str, values: dict[str, Any], scope: RecordScope, lines: bool = True
) -> dict[str, Any]:
    """The values without what is hidden, with what is computed and with the ids of child rows."""
    fields, hidden = work.model.entities[entity].fields, work.access.hidden(entity)
    seen = {name: value for name, value in values.items() if name in fields and name not in hidden}
    for name, each in fields.items():
        if name in hidden:
            continue
        if each.kind == "lines" and lines:
            seen[name] = tuple(child["id"] for child in scope.follow(entity, name, scope.record))
        elif each.formula is not None:
            seen[name] = _computed(each, scope.record[name])
    return seen


def _computed(each: Field, value: Any) -> Any:
    """A formula's result as a value of its field; one that the field cannot hold is nothing."""
    try:
        return each.take(value)
    except Refusal:
        return None
