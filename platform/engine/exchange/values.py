"""Cells as values of fields: texts as people write them, numbers and dates as their files know them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from customary.engine.exchange.columns import Column
from customary.engine.exchange.kinds import LOOKED_AT, locale_of
from customary.engine.exchange.lookup import Lookup, lookup
from customary.engine.exchange.sheet import Row, Sheet
from customary.engine.fields import Refusal
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.locale import locale as locale_named
from customary.engine.records.refusal import FieldProblem
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words

NO_VALUE = ("NULL", "\\N")
"""How databases write that there is nothing, where it can mean nothing else."""

_LIST = re.compile(r"\s*[;|\n]\s*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Reader = Callable[[Any], Any]


@dataclass
class Later:
    """A link to a record of the same file, which is set once that record is there."""

    text: str


@dataclass
class Values:
    """Reads the rows of one sheet as values of one entity, remembering what each cell means."""

    work: Work
    entity: str
    columns: tuple[Column, ...]
    lookups: dict[tuple[str, str | None], Lookup] = field(default_factory=dict)
    readers: list[tuple[Column, Field, Reader, dict[Any, Any]]] = field(default_factory=list)
    missed: dict[tuple[str, str], int] = field(default_factory=dict)
    """Texts that name no record or no option, by column and text, with how many rows have them."""
    own: frozenset[str] = frozenset()
    """What the file itself calls its records."""

    def read(self, row: Row, width: int) -> tuple[dict[str, Any], list[FieldProblem], dict[str, Later]]:
        """The values of a row, what is wrong with its cells, and the links to set later."""
        values: dict[str, Any] = {}
        problems = _width_problems(row, width)
        later: dict[str, Later] = {}
        for column, each, reader, known in self.readers:
            cell = row.cells[column.position] if column.position < len(row.cells) else None
            if isinstance(cell, str) and cell in column.values:
                cell = column.values[cell]
            if cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()):
                continue
            value = _once(known, cell, reader)
            if isinstance(value, Later):
                later[each.name] = value
            elif isinstance(value, Reason) and cell in NO_VALUE:
                continue
            elif isinstance(value, Reason):
                problems.append(FieldProblem(each.name, value, each.label))
                self._count_miss(column, each, cell)
            elif value is not None:
                values[each.name] = value
        return values, problems, later

    def _count_miss(self, column: Column, each: Field, cell: Any) -> None:
        if each.points in ("one", "many") or hasattr(each, "options"):
            key = (column.name, str(cell).strip())
            self.missed[key] = self.missed.get(key, 0) + 1


def values_of(work: Work, entity: str, sheet: Sheet, columns: tuple[Column, ...]) -> Values:
    """A reader of a sheet's rows."""
    found = Values(work, entity, columns)
    fields = work.model.entities[entity].columns
    found.own = _own_names(work, entity, sheet, columns)
    settings = work.model.settings
    usual = locale_named(work.actor.language, settings.time_zone, settings.first_weekday, settings.currency)
    # What one column shows of how numbers and dates are written holds for those that leave it open.
    telling = [column for column in columns if column.field and fields[column.field].ranged]
    usual = locale_of((cell for column in telling for cell in sheet.column(column.position)[:LOOKED_AT]), usual)
    for column in columns:
        if column.field is not None:
            each = fields[column.field]
            local = locale_of(sheet.column(column.position), usual)
            found.readers.append((column, each, _reader(found, column, each, local), {}))
    return found


def _reader(values: Values, column: Column, each: Field, local: Locale) -> Reader:
    """How a filled cell of a column becomes a value; what cannot be one raises Refusal."""
    if each.points in ("one", "many"):
        return _link_reader(values, column, each)
    if each.points == "any":
        return lambda cell: _any_link(values, cell)
    today = values.work.now.astimezone(local.zone).date()
    return lambda cell: each.from_json(cell) if isinstance(cell, dict | list) else each.from_cell(cell, local, today)


def _link_reader(values: Values, column: Column, each: Field) -> Reader:
    target = each.to
    known = _lookup(values, target, column.by)
    itself = target == values.entity and column.by is None

    def one(cell: Any) -> UUID | Later:
        if isinstance(cell, Mapping):
            return each.from_json(cell) if each.points != "many" else _id(cell)
        text = str(cell).strip()
        if _UUID.fullmatch(text.lower()):
            return UUID(text)
        if itself and text in values.own and known.find(text).id is None:
            return Later(text)
        return found(values.work, known, text)

    def many(cell: Any) -> tuple[UUID, ...]:
        items = cell if isinstance(cell, list | tuple) else _parts(str(cell), known)
        return tuple(item for item in map(one, items) if isinstance(item, UUID))

    return many if each.points == "many" else one


def found(work: Work, known: Lookup, text: str) -> UUID:
    """The record that a text names. Raises Refusal, which says what comes near."""
    result = known.find(text)
    if result.id is not None:
        return result.id
    entity = work.model.entities[known.entity]
    if result.ids:
        raise Refusal("names {count} {plural}: “{name}”", count=len(result.ids), plural=entity.plural, name=text)
    near = known.near(text)
    if near:
        raise Refusal(
            "names no {entity}: “{name}”. Did you mean “{near}”?", entity=entity.label, name=text, near=near[0]
        )
    raise Refusal("names no {entity}: “{name}”", entity=entity.label, name=text)


def _any_link(values: Values, cell: Any) -> AnyLink:
    if isinstance(cell, Mapping):
        return AnyLink(str(cell.get("entity")), _id(cell))
    word, _, text = str(cell).partition(":")
    for name, entity in values.work.model.entities.items():
        calls = {name, *entity.label.by_language.values()}
        if word.strip().lower() in {call.lower() for call in calls}:
            text = text.strip()
            if _UUID.fullmatch(text.lower()):
                return AnyLink(name, UUID(text))
            return AnyLink(name, found(values.work, _lookup(values, name, None), text))
    raise Refusal("must be a kind of record and its title, such as {example}", example="account: Acme")


def _lookup(values: Values, entity: str, by: str | None) -> Lookup:
    if (entity, by) not in values.lookups:
        values.lookups[entity, by] = lookup(values.work, entity, by)
    return values.lookups[entity, by]


def _id(cell: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(cell.get("id")))
    except ValueError as error:
        raise Refusal("must be the id of a record") from error


def _parts(text: str, known: Lookup) -> list[str]:
    """The names in one cell: cut at semicolons, or at commas where the whole names nothing."""
    parts = [part for part in _LIST.split(text.strip()) if part]
    if len(parts) == 1 and "," in text and not known.find(text.strip()).ids:
        return [part.strip() for part in text.split(",") if part.strip()]
    return parts


def _once(known: dict[Any, Any], cell: Any, reader: Reader) -> Any:
    """What a cell means, worked out once for equal cells; a refusal is its reason."""
    key = (type(cell), cell) if isinstance(cell, str | int | Decimal | bool | dt.date) else None
    if key is not None and key in known:
        return known[key]
    try:
        value = reader(cell)
    except Refusal as refusal:
        value = refusal.reason
    except (ValueError, OverflowError, ArithmeticError):
        value = Reason("cannot be read")
    if key is not None:
        known[key] = value
    return value


def _width_problems(row: Row, width: int) -> list[FieldProblem]:
    if any(cell is not None and cell != "" for cell in row.cells[width:]):
        reason = Reason("has {count} cells where the head has {width}", {"count": len(row.cells), "width": width})
        return [FieldProblem(None, reason, Words({"en": "The row", "zh": "该行", "el": "Η γραμμή"}))]
    return []


def _own_names(work: Work, entity: str, sheet: Sheet, columns: tuple[Column, ...]) -> frozenset[str]:
    """What the rows of the file will be called, where the title is one field; asked for only by links to itself."""
    fields = work.model.entities[entity].columns
    if not any(column.field and getattr(fields[column.field], "to", None) == entity for column in columns):
        return frozenset()
    title = title_field(work, entity)
    return frozenset(
        str(cell).strip() for column in columns if column.field == title for cell in sheet.column(column.position)
    )


def title_field(work: Work, entity: str) -> str | None:
    """The field that is the title of an entity's records, where it is one field alone."""
    declared = work.model.entities[entity]
    paths = [path for path in getattr(declared.title, "paths", ()) if len(path) == 1]
    return paths[0][0] if len(paths) == 1 and len(declared.title.paths) == 1 else None
