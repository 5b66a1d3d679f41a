"""Exporting records: what an actor may export, page by page, in one of the formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from customary.engine import records
from customary.engine.exchange.formats import formats
from customary.engine.expressions import Expression
from customary.engine.fields.field import Field
from customary.engine.records.record import Page, Query, Record
from customary.engine.records.refusal import Forbidden, Missing
from customary.engine.records.work import Work
from customary.engine.words import Reason

PAGE = 1000


def export_rows(
    work: Work,
    entity: str,
    format: str = "csv",
    where: str | Expression | None = None,
    fields: Iterable[str] | None = None,
    sort: tuple[tuple[str, bool], ...] = (),
    text: str | None = None,
) -> Iterator[bytes]:
    """The file, piece by piece; all is checked before the first piece.

    `where` is an expression's text as a person types it, `text` a quick search. Raises Missing, Forbidden,
    ExpressionError, ValueError (no such format).
    """
    if format not in formats():
        raise ValueError(f"“{format}” is not a format. Known: {', '.join(formats())}")
    condition, names = _conditions(work, entity, where), _fields(work, entity, fields, whole=format == "json")
    query = Query(where=condition, sort=sort, limit=PAGE, fields=names, text=text, acts=("read", "export"))
    chosen = [work.model.entities[entity].columns[name] for name in query.fields or ()]
    columns = [each.name for each in chosen]
    return formats()[format].write(columns, _rows(work, entity, query, chosen, format))


def note_export(work: Work, entity: str, format: str, where: str = "", text: str = "") -> None:
    """Adds to the audit log that records leave in a file. Reading writes nothing, so this is a transaction of its own,
    and comes first."""
    asked = {name: value for name, value in (("where", where), ("text", text)) if value}
    work.audit("exported", entity, format=format, **asked)


def _conditions(work: Work, entity: str, where: str | Expression | None) -> Expression | None:
    if entity not in work.model.entities:
        raise Missing(entity)
    if not work.access.may(entity, "read") or not work.access.may(entity, "export"):
        raise Forbidden(Reason("may not be exported by you"))
    return records.compile_where(work, entity, where) if isinstance(where, str) and where.strip() else where or None


def _fields(work: Work, entity: str, wanted: Iterable[str] | None, whole: bool) -> tuple[str, ...]:
    """The columns of the file. Tables hold a value that has parts in a column for each of them."""
    declared, hidden = work.model.entities[entity].columns, work.access.hidden(entity)
    names = tuple(wanted) if wanted is not None else tuple(work.model.entities[entity].fields)
    if not whole:
        names = tuple(dict.fromkeys(path for name in names for path in (declared[name].pieces or (name,))))
    return tuple(name for name in names if name not in hidden and declared[name].tabular)


def _rows(work: Work, entity: str, query: Query, fields: list[Field], format: str) -> Iterator[list[Any]]:
    after, zone = None, work.model.settings.time_zone
    while True:
        page = records.select(work, entity, Query(**{**vars(query), "after": after}))
        for record in page.records:
            yield [_cell(each, record, page, format, zone) for each in fields]
        if page.next is None:
            return
        after = page.next


def _cell(each: Field, record: Record, page: Page, format: str, zone: ZoneInfo) -> Any:
    """A value as its file keeps it: JSON forms in JSON, titles and plain numbers in tables.

    Spreadsheets know no zones: there a moment is in the workspace's.
    """
    value = record.values.get(each.name)
    if format == "json":
        return plain(each, value, page.titles)
    if value is None or value == ():
        return None
    return _titled(each, value, page.titles) if each.points else each.cell(value, zone if format == "xlsx" else None)


def _titled(each: Field, value: Any, titles: Mapping[Any, str]) -> str:
    if each.points == "many":
        return "; ".join(titles.get((each.to, id), str(id)) for id in value)
    if each.points == "any":
        return f"{value.entity}: {titles.get((value.entity, value.id), value.id)}"
    return titles.get((each.to, value), "")


def plain(each: Field, value: Any, titles: Mapping[Any, str]) -> Any:
    """A value in its JSON form, links with the titles of what they name."""
    found = each.to_json(value) if value is not None else None
    if each.points == "one" and value is not None:
        return {"id": found, "title": titles.get((each.to, value))}
    if each.points == "many":
        return [{"id": str(id), "title": titles.get((each.to, id))} for id in value or ()]
    if each.points == "any" and value is not None:
        return {**found, "title": titles.get((value.entity, value.id))}
    return found
