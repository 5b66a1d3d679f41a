"""Titles of records: one query per entity, however many records there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.access.hidden import target_of
from customary.engine.fields.field import Field
from customary.engine.records.formulas.moving import rules_move, titles_move
from customary.engine.records.kept import kept
from customary.engine.records.record import Titles
from customary.engine.records.rows import all_rows, among, permission, values_of
from customary.engine.records.storage import CHUNK
from customary.engine.records.work import Work
from customary.engine.tables import TableRows

LINKED = ("one", "many", "any")
"""How fields point that hold links of their own."""


def titles(work: Work, wanted: Iterable[tuple[str, UUID]]) -> Titles:
    """The titles of these records. Those that the actor may not read, or that are gone, are left out."""
    by_entity: dict[str, set[UUID]] = defaultdict(set)
    for entity, id in wanted:
        by_entity[entity].add(id)
    found: dict[tuple[str, UUID], str] = {}
    for entity, ids in by_entity.items():
        if entity in work.model.entities and may_name(work, entity):
            found |= _titles_of(work, entity, list(ids))
    return found


def linked(work: Work, entity: str, records: Iterable[Mapping[str, Any]]) -> set[tuple[str, UUID]]:
    """The records that these ones link to."""
    plan = kept(work, ("linked", entity), lambda: _linking(work, entity))
    found: set[tuple[str, UUID]] = set()
    for values in records:
        for name, kind, target in plan:
            value = values.get(name)
            if not value:
                continue
            if kind == "any":
                found.add((value.entity, value.id))
            elif kind == "many":
                found.update((target, id) for id in value)
            else:
                found.add((target, value))
    return found


def title_clause(work: Work, entity: str, rows: TableRows) -> sa.ColumnElement:
    """A record's title in SQL; nothing where the title shows what is hidden from the actor, and without what it takes
    from records that they may not read."""
    title = work.model.entities[entity].title
    if title_is_hidden(work, entity):
        return sa.literal("")
    if any(len(path) > 1 for path in title.paths) and not work.access.is_system:
        rows = TableRows(rows.tables, rows.entity, rows.from_clause, partial(_shown_step, work), rows.values)
    return title.clause(rows, rows.values)


def title_is_hidden(work: Work, entity: str) -> bool:
    """Whether the title of an entity's records shows a field that is hidden from the actor."""
    return any(work.access.hides(entity, path) for path in work.model.entities[entity].title.paths)


def may_name(work: Work, entity: str) -> bool:
    """Whether the actor may know the titles of any records of an entity."""
    return work.access.may(entity, "read") or _is_colleague(work, entity)


def nameable(work: Work, rows: TableRows) -> list[sa.ColumnElement]:
    """The conditions under which the actor may know the titles of rows."""
    readable = None if _is_colleague(work, rows.entity) else permission(work, rows, "read")
    return [] if readable is None else [readable]


def nameable_target(work: Work, entity: str, each: Field) -> str | None:
    """The entity of the one record that a field links to, where the actor may see the link and know titles there."""
    target = target_of(work.model, entity, each.name) if each.points == "one" and each.formula is None else None
    seen = target is not None and each.name not in work.access.hidden(entity) and may_name(work, target)
    return target if seen else None


def title_of_one(work: Work, entity: str, column: sa.ColumnElement) -> sa.ColumnElement:
    """The title of the record of `entity` that a link points to: nothing where the actor may not read it."""
    alias = work.release.tables.entity(entity).table.alias()
    rows = TableRows(work.release.tables, entity, alias, None, values_of(work))
    title = sa.func.coalesce(title_clause(work, entity, rows), sa.literal_column("''"))
    return sa.select(title).where(rows.column("id") == column, *nameable(work, rows)).scalar_subquery()


def _shown_step(work: Work, rows: TableRows) -> sa.ColumnElement | None:
    """What may be shown of the records behind a link in a title."""
    conditions = nameable(work, rows)
    return conditions[0] if conditions else None


def reader_key(work: Work) -> tuple:
    """What tells apart the statements of different readers. Permission is part of a statement, and may ask what the
    reader's own record says; where it asks for the time, no statement is found again."""
    return (*work.reader, work.now) if rules_move(work) else work.reader


def _titles_of(work: Work, entity: str, ids: list[UUID]) -> Titles:
    key = ("titles", entity, reader_key(work))
    statement = _statement(work, entity) if titles_move(work) else kept(work, key, lambda: _statement(work, entity))
    found: dict[tuple[str, UUID], str] = {}
    for start in range(0, len(ids), CHUNK):
        for id, title in work.connection.execute(statement, {"ids": ids[start : start + CHUNK]}).all():
            found[entity, id] = title or ""
    return found


def _statement(work: Work, entity: str) -> sa.Select:
    rows = all_rows(work, entity)
    statement = sa.select(rows.column("id"), title_clause(work, entity, rows)).select_from(rows.from_clause)
    return statement.where(among(work, rows.column("id"), "ids"), *nameable(work, rows))


def _is_colleague(work: Work, entity: str) -> bool:
    """Names of people are shown to everyone who works here: a record says whose it is."""
    people = work.model.playing("user")
    return people is not None and entity == people.name and not work.access.portal


def _linking(work: Work, entity: str) -> list[tuple[str, str, str]]:
    fields = work.model.entities[entity].fields.values()
    return [(each.name, each.points, getattr(each, "to", "")) for each in fields if each.points in LINKED]
