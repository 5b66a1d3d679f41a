"""Selecting records: one by id, or a page of those that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.records import storage
from customary.engine.records.ask import ask
from customary.engine.records.kept import kept
from customary.engine.records.reader.cursor import check_cursor, write_cursor
from customary.engine.records.reader.layout import layout
from customary.engine.records.reader.reading import Reading, ready
from customary.engine.records.reader.statement import USUAL_SIZES, count_statement, may_be_empty, page_statement
from customary.engine.records.reader.whole import Whole, whole
from customary.engine.records.record import Page, Query, Record, Titles
from customary.engine.records.refusal import Missing
from customary.engine.records.scope import RecordScope
from customary.engine.records.titles import linked, titles
from customary.engine.records.work import Work
from customary.engine.tables import SYSTEM_COLUMNS

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
    lie = layout(work, reading)
    if reading.after is not None:
        check_cursor(reading.after, [lie.columns[place].type for place in lie.sort])
    size = max(1, min(query.limit, MOST))
    rows = _fetch(work, reading, size + 1)
    loaded = [lie.values(row) for row in rows[:size]]
    if any(name in reading.fields for name in reading.many):
        storage.add_links(work, entity, loaded)
    found = titles(work, linked(work, entity, loaded)) if with_titles else {}
    page = tuple(
        Record(entity, values["id"], values, row[lie.title] or "", found)
        for row, values in zip(rows, loaded, strict=False)
    )
    more = len(rows) > size
    following = write_cursor(reading.shape, [rows[size - 1][place] for place in lie.sort]) if more else None
    return Page(page, following, _count(work, reading, query.count), found)


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


def _fetch(work: Work, reading: Reading, size: int) -> list[sa.Row]:
    """The rows of a page: first those with a value in the leading sort column, then those without.

    Two plain ranges instead of one order with NULLS LAST, so that both databases walk an index, and a deep
    page costs what the first does.
    """
    rows: list[sa.Row] = []
    after = reading.after
    for filled in (True, False):
        if after is not None and after[0] is None and filled:
            continue
        start = after if after is not None and (after[0] is not None) == filled else None
        rows += _segment(work, reading, filled, start, size - len(rows))
        if len(rows) >= size or not may_be_empty(reading):
            break
    return rows


def _segment(work: Work, reading: Reading, filled: bool, start: list[Any] | None, size: int) -> list[sa.Row]:
    pattern = tuple(value is None for value in start) if start is not None else None
    said = size if size in USUAL_SIZES else None

    def make() -> sa.Select:
        return page_statement(work, reading, filled, pattern, said)

    key = ("select", reading.key, filled, pattern, said)
    statement = make() if reading.key is None else kept(work, key, make)
    parameters: dict[str, Any] = {"size": size, **reading.parameters} if said is None else dict(reading.parameters)
    if start is not None:
        parameters |= {f"after_{position}": value for position, value in enumerate(start) if value is not None}
    return ask(work, statement, parameters).all()


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
    key = ("seen", entity, work.access.roles, work.access.is_system)
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
