"""Options for pickers: the records that may be chosen, found by a few letters of their title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.expressions import Expression
from customary.engine.expressions.types import TEXT
from customary.engine.fields.normal import normal
from customary.engine.locale import Locale, locale
from customary.engine.records import storage
from customary.engine.records.ask import ask
from customary.engine.records.kept import kept
from customary.engine.records.reader.search import matching, phrases
from customary.engine.records.reader.searched import patterns
from customary.engine.records.record import Hit
from customary.engine.records.refusal import Forbidden, Missing
from customary.engine.records.rows import all_rows, ordered, permission
from customary.engine.records.titles import linked, reader_key, title_clause, title_is_hidden, titles
from customary.engine.records.work import Work
from customary.engine.tables import TableRows
from customary.engine.words import Reason

DETAILS = 2
"""Highlights in an option's second line."""


def options(
    work: Work,
    entity: str,
    text: str = "",
    limit: int = 20,
    where: Expression | None = None,
    top: UUID | None = None,
) -> list[Hit]:
    """Records whose title contains `text`, or whose words begin with it; those that begin with it come first.

    Without text the newest. `where` is a link's condition, over the record chosen from; `top` and all below it in
    their tree are left out. Raises Missing, Forbidden.
    """
    if entity not in work.model.entities:
        raise Missing(entity)
    if not work.access.may(entity, "read"):
        raise Forbidden(Reason("may not be read by you"))
    typed = phrases(work, text)
    wanted = normal("".join(sign for sign in text[:200] if sign.isprintable()))
    if wanted and typed is None:
        typed = ""
    found = _find(work, entity, text, wanted, typed, max(1, min(limit, 100)), where, top)
    details = _details(work, entity, [id for id, _ in found])
    hits = [Hit(entity, id, title or "", details.get(id, "")) for id, title in found]
    if not wanted and len(hits) < limit:
        hits.sort(key=lambda hit: normal(hit.title))
    return hits


def _find(
    work: Work,
    entity: str,
    text: str,
    wanted: str,
    typed: str | None,
    limit: int,
    where: Expression | None,
    top: UUID | None,
) -> list[tuple[UUID, str]]:
    def make() -> sa.Select:
        return _statement(work, entity, bool(wanted), bool(typed), where, top is not None)

    if where is not None and where.reads_now:
        statement = make()
    else:
        condition = where.text if where is not None else ""
        key = ("options", entity, condition, bool(wanted), bool(typed), top is not None, reader_key(work))
        statement = kept(work, key, make)
    parameters: dict[str, Any] = {"size": limit}
    if wanted:
        parameters |= {"begins": _escaped(wanted) + "%", "contains": f"%{_escaped(wanted)}%"}
    if top is not None:
        parameters["top"] = top
    if typed:
        parameters |= {"phrases": typed, **patterns(text)}
    return [(row[0], row[1]) for row in ask(work, statement, parameters).all()]


def _statement(
    work: Work,
    entity: str,
    by_title: bool,
    by_words: bool,
    where: Expression | None,
    beside: bool,
) -> sa.Select:
    rows = all_rows(work, entity)
    title = title_clause(work, entity, rows)
    statement = sa.select(rows.column("id"), title).select_from(rows.from_clause)
    statement = statement.where(rows.column("archived_at").is_(None))
    readable = permission(work, rows, "read")
    if readable is not None:
        statement = statement.where(readable)
    if where is not None:
        statement = statement.where(where.clause(rows, rows.values))
    if beside:
        statement = statement.where(_beside(work, entity, rows.column("id")))
    size = sa.bindparam("size", type_=sa.Integer)
    if not by_title:
        return statement.order_by(
            *(ordered(work, rows.column(name), True, True) for name in ("created_at", "id"))
        ).limit(size)
    shown = _title_column(work, entity, rows, title)
    fits = shown.like(sa.bindparam("contains", type_=sa.Text), escape="\\")
    if by_words:
        fits = sa.or_(fits, matching(work, rows))
    first = sa.case((shown.like(sa.bindparam("begins", type_=sa.Text), escape="\\"), 0), else_=1)
    return statement.where(fits).order_by(first, shown, rows.column("id")).limit(size)


def _beside(work: Work, entity: str, id: sa.ColumnElement) -> sa.ColumnElement[bool]:
    """That a record is neither `top` nor below it."""
    branch = storage.below(work.release.tables.entity(entity), work.model.entities[entity].tree)
    return sa.and_(id != sa.bindparam("top"), id.not_in(branch))


def _title_column(work: Work, entity: str, rows: TableRows, title: sa.ColumnElement) -> sa.ColumnElement:
    """The title in its normal form: the sorting column of the text it shows first, else the title itself."""
    declared = work.model.entities[entity]
    if title_is_hidden(work, entity):
        return title
    for path in getattr(declared.title, "paths", ()):
        each = declared.fields.get(path[0])
        sorted_text = each is not None and each.sort_suffix and each.formula is None and each.value_type == TEXT
        if len(path) == 1 and sorted_text:
            return rows.column(each.name, each.sort_suffix)
    return sa.func.lower(title)


def _details(work: Work, entity: str, ids: list[UUID]) -> Mapping[UUID, str]:
    """Second lines: the first filled highlights."""
    declared, hidden = work.model.entities[entity], work.access.hidden(entity)
    shown = [
        declared.fields[name]
        for name in declared.highlights
        if name in declared.fields and name not in hidden and declared.fields[name].listed
    ]
    shown = [each for each in shown if each.formula is None]
    if not shown or not ids:
        return {}
    records = storage.load_many(work, entity, ids)
    names = titles(work, linked(work, entity, [{each.name: values[each.name] for each in shown} for values in records]))
    spoken = _locale(work)
    found = {}
    for values in records:
        parts = (_shown(each, values.get(each.name), names, spoken) for each in shown)
        found[values["id"]] = " · ".join([part for part in parts if part][:DETAILS])
    return found


def _shown(each: Any, value: Any, names: Mapping[tuple[str, UUID], str], spoken: Locale) -> str:
    if value is None:
        return ""
    if each.points == "one":
        return names.get((each.to, value), "")
    return each.format(value, spoken)


def _locale(work: Work) -> Locale:
    settings = work.model.settings
    return locale(work.actor.language, work.actor.zone, settings.first_weekday, settings.currency)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
