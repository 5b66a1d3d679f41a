"""Selecting records: one by id, or a page of those that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.ready import Rows
from customary.engine.records import storage
from customary.engine.records.ask import ask
from customary.engine.records.kept import kept
from customary.engine.records.reader.cursor import check_cursor, write_cursor
from customary.engine.records.reader.layout import Layout, layout
from customary.engine.records.reader.reading import Reading, ready
from customary.engine.records.reader.statement import USUAL_SIZES, count_statement, may_be_empty, page_statement
from customary.engine.records.reader.whole import Whole, whole
from customary.engine.records.record import Page, Query, Record, Titles
from customary.engine.records.refusal import Missing
from customary.engine.records.scope import RecordScope
from customary.engine.records.titles import linked, titles
from customary.engine.records.work import Work
from customary.engine.tables import SYSTEM_COLUMNS
from customary.engine.wired import WireResult

MOST = 1_000
"""Records on one page."""


def get(work: Work, entity: str, id: UUID, archived: bool = True) -> Record:
    """One record with its computed fields, child rows' ids and the titles of what it links to. Raises Missing."""
    if entity not in work.model.entities or not work.access.may(entity, "read"):
        raise Missing(entity, id)
    found = whole(work, entity, id)
    if found is None or (found.values["archived_at"] is not None and not archived):
        raise Missing(entity, id)
    scope = RecordScope(work, entity, found.values)
    if not work.access.holds(entity, "read", scope):
        raise Missing(entity, id)
    return _told(work, entity, found, scope)


def get_from(work: Work, entity: str, found: Whole) -> Record:
    """The same record of what was read of it by a statement with the permission in it."""
    return _told(work, entity, found, RecordScope(work, entity, found.values))


def select(work: Work, entity: str, query: Query, with_titles: bool = True) -> Page:
    """A page of records, and the titles of what they link to.

    Raises Missing (no such entity), Forbidden, Refused (a sort or cursor that is none).
    """
    reading = ready(work, entity, query)
    lie, rows, size, following = _fetched(work, reading)
    rows = [*rows][:size]
    loaded = [lie.values(row) for row in rows]
    if any(name in reading.fields for name in reading.many):
        storage.add_links(work, entity, loaded)
    found = titles(work, linked(work, entity, loaded)) if with_titles else {}
    page = tuple(
        Record(entity, values["id"], values, row[lie.title] or "", found)
        for row, values in zip(rows, loaded, strict=False)
    )
    return Page(page, following, _count(work, reading, query.count), found)


def look(work: Work, entity: str, query: Query) -> Page:
    """The same page, whose records are made when somebody asks for them, with the cells that they are made of: where
    those are not all, and where the clock has a say, it has none."""
    reading = ready(work, entity, query, titled=True)
    if not reading.still or not _tells_all(work, reading):
        return select(work, entity, query)
    lie, rows, size, following = _fetched(work, reading)
    if work.is_sqlite:
        rows = _with_titles(work, lie, rows[:size])
    told = _Told(entity, lie, rows, size)
    return Page(told, following, _count(work, reading, query.count), form=lie, cells=_cells(rows, size))


def load_records(work: Work, entity: str, ids: Sequence[UUID]) -> list[Record]:
    """The records with these ids, in their order, as the actor may see them; permission is the caller's matter."""
    if not ids:
        return []
    found = storage.load_many(work, entity, ids)
    scope = RecordScope(work)
    seen = [_seen_values(work, entity, values, scope.about(scope.view(entity, values))) for values in found]
    own = titles(work, linked(work, entity, seen) | {(entity, values["id"]) for values in seen})
    return [Record(entity, each["id"], each, own.get((entity, each["id"]), ""), own) for each in seen]


def count(work: Work, entity: str, query: Query | None = None) -> int:
    """How many records there are that fit, exactly."""
    return _count(work, ready(work, entity, query or Query()), "exact") or 0


class _Told(Sequence[Record]):
    """Records of a page, each made of its row when somebody asks for it."""

    def __init__(self, entity: str, lie: Layout, rows: Sequence[Sequence[Any]], size: int) -> None:
        self._entity, self._lie, self._rows, self._size = entity, lie, rows, size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: int) -> Record:  # type: ignore[override]
        if place >= self._size:
            raise IndexError(place)
        row, lie = self._rows[place], self._lie
        values = lie.values(row)
        return Record(self._entity, values["id"], values, row[lie.title] or "", lie.titles(row))


def _tells_all(work: Work, reading: Reading) -> bool:
    """Whether rows carry all that is told of their records."""
    fields = (work.model.entities[reading.entity].columns[name] for name in reading.fields)
    return not any(each.points and (each.points != "one" or each.formula is not None) for each in fields)


def _with_titles(work: Work, lie: Layout, rows: Sequence[Sequence[Any]]) -> list[tuple]:
    """Rows with the titles that PostgreSQL puts beside them; SQLite would work them out before it sorts."""
    wanted = {(to, row[place]) for row in rows for to, place in lie.beside if row[place] is not None}
    found = titles(work, wanted)
    return [(*row, *(found.get((to, row[place])) for to, place in lie.beside)) for row in rows]


def _cells(rows: Sequence[Sequence[Any]], size: int) -> list[tuple]:
    """All cells of the rows, as they came where they are not read yet; none where they could not be compared."""
    found = rows.cells[:size] if isinstance(rows, Rows) else [tuple(each) for each in rows[:size]]
    with suppress(TypeError):
        return found if hash(tuple(found)) is not None else []
    return []


def _fetched(work: Work, reading: Reading) -> tuple[Layout, Sequence[Sequence[Any]], int, str | None]:
    """The rows of a page with how they lie, how many of them it shows, and the cursor for those after them."""
    lie = layout(work, reading)
    if reading.after is not None:
        check_cursor(reading.after, [lie.columns[place].type for place in lie.sort])
    size = max(1, min(reading.query.limit, MOST))
    rows = _fetch(work, reading, size + 1)
    if len(rows) <= size:
        return lie, rows, len(rows), None
    last = rows[size - 1]
    return lie, rows, size, write_cursor(reading.shape, [last[place] for place in lie.sort])


def _fetch(work: Work, reading: Reading, size: int) -> Sequence[Sequence[Any]]:
    """The rows of a page: first those with a value in the leading sort column, then those without.

    Two plain ranges instead of one order with NULLS LAST, so that both databases walk an index, and a deep
    page costs what the first does.
    """
    rows: Sequence[Sequence[Any]] = ()
    after = reading.after
    for filled in (True, False):
        if after is not None and after[0] is None and filled:
            continue
        start = after if after is not None and (after[0] is not None) == filled else None
        more = _segment(work, reading, filled, start, size - len(rows))
        rows = [*rows, *more] if rows and more else more or rows
        if len(rows) >= size or not may_be_empty(reading):
            break
    return rows


def _segment(work: Work, reading: Reading, filled: bool, start: list[Any] | None, size: int) -> Sequence[Sequence[Any]]:
    pattern = tuple(value is None for value in start) if start is not None else None
    said = size if size in USUAL_SIZES else None

    def make() -> sa.Select:
        return page_statement(work, reading, filled, pattern, said)

    key = ("select", reading.key, filled, pattern, said)
    statement = make() if reading.key is None else kept(work, key, make)
    parameters: dict[str, Any] = {"size": size, **reading.parameters} if said is None else dict(reading.parameters)
    if start is not None:
        parameters |= {f"after_{position}": value for position, value in enumerate(start) if value is not None}
    result = ask(work, statement, parameters)
    return result.came if isinstance(result, WireResult) else result.all()


def _count(work: Work, reading: Reading, how: str) -> int | None:
    if how == "none":
        return None
    statement = (
        count_statement(work, reading, how)
        if reading.key is None
        else kept(work, ("count", how, reading.key), lambda: count_statement(work, reading, how))
    )
    return ask(work, statement, reading.parameters).scalar_one()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a reader sees of an entity's records: values as they are, and what is computed from them."""

    plain: tuple[str, ...]
    computed: tuple[Field, ...]
    linking: tuple[str, ...]
    """Fields that link to records whose titles do not come with them: to many, to any kind of record, or computed."""


def _seen(work: Work, entity: str) -> _Seen:
    key = ("seen", entity, work.access.holders)
    return kept(work, key, lambda: _find_seen(work, entity))


def _find_seen(work: Work, entity: str) -> _Seen:
    hidden = work.access.hidden(entity)
    fields = [each for each in work.model.entities[entity].fields.values() if each.name not in hidden]
    plain = [each.name for each in fields if each.formula is None or each.kept]
    first = [name for name in SYSTEM_COLUMNS if name in plain]
    computed = tuple(each for each in fields if each.formula is not None and not each.kept)
    linking = tuple(each.name for each in fields if each.points in ("many", "any") or (each.points and each.formula))
    return _Seen(tuple(dict.fromkeys((*first, *plain))), computed, linking)


def _seen_values(work: Work, entity: str, values: dict[str, Any], scope: RecordScope) -> dict[str, Any]:
    """The values without what is hidden, and with what is computed."""
    seen_by = _seen(work, entity)
    seen = {name: values[name] for name in seen_by.plain if name in values}
    for each in seen_by.computed:
        seen[each.name] = scope.record[each.name]
    return seen


def _told(work: Work, entity: str, found: Whole, scope: RecordScope) -> Record:
    seen = _seen_values(work, entity, {**found.values, **found.children}, scope)
    return Record(entity, seen["id"], seen, found.title, _titles_around(work, entity, seen, found))


def _titles_around(work: Work, entity: str, seen: Mapping[str, Any], found: Whole) -> Titles:
    """The titles of the record and of all that it links to; most of them came with it."""
    known = {**found.titles, (entity, seen["id"]): found.title}
    if not any(map(seen.get, _seen(work, entity).linking)):
        return known
    return {**titles(work, linked(work, entity, [seen]) - known.keys()), **known}
