"""Records as the API shows them: fields in their JSON forms, links with the titles of what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from customary.engine import records
from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.locale.spans import iso_span
from customary.engine.model.model import Model
from customary.engine.money import Money
from customary.engine.records import Record, Work
from customary.engine.records.reader.select import load_records
from customary.engine.records.record import Titles

Show = Callable[[Any, Titles], Any]


@dataclass(frozen=True, slots=True)
class _Entity:
    """How the fields of an entity are shown (None: as they are), and those that hold rows of their own."""

    fields: Mapping[str, Show | None]
    lines: tuple[Field, ...]


MOST_KEPT = 1_000
_kept: dict[tuple[str, str], _Entity] = {}


def record(work: Work, found: Record) -> dict[str, Any]:
    """One record whole, its lines with their own fields."""
    shown = listed(work.model, found)
    for field in _shows(work.model, found.entity).lines:
        if field.name in found.values:
            lines = load_records(work, field.to, found.values[field.name])
            shown[field.name] = [listed(work.model, line) for line in lines]
    return shown


def listed(model: Model, found: Record, only: Iterable[str] | None = None) -> dict[str, Any]:
    """One record of a list: what was loaded, or `only` some of it; its id always."""
    shows = _shows(model, found.entity).fields
    values, titles = found.values, found.titles
    names = values if only is None else dict.fromkeys(("id", *only))
    return {
        name: show(values[name], titles) if (show := shows[name]) else values[name]
        for name in names
        if name in values and name in shows
    }


def change(each: records.Change, titles: Titles, people: str) -> dict[str, Any]:
    """One entry of a history."""
    actor = None if each.actor is None else {"id": each.actor, "title": titles.get((people, each.actor), "")}
    return {
        "id": each.id,
        "at": each.at,
        "kind": each.kind,
        "actor": actor,
        "before": each.before,
        "after": each.after,
        "cause": each.cause,
        "release": each.release,
    }


def plain(value: Any) -> Any:
    """A value of no field of its own (a computed key, a figure) in its JSON form."""
    if isinstance(value, Money):
        return {"amount": f"{value.amount:f}", "currency": value.currency}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return iso_span(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _shows(model: Model, entity: str) -> _Entity:
    """How each field of an entity is shown; worked out once a release."""
    key = (model.digest, entity)
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        fields = model.entities[entity].columns.values()
        lines = tuple(each for each in fields if each.points == "inside")
        _kept[key] = _Entity({each.name: _show(each) for each in fields if each not in lines}, lines)
    return _kept[key]


def _show(field: Field) -> Show | None:
    if field.points == "one":
        return lambda value, titles: None if value is None else _link(field.to, value, titles)
    if field.points == "many":
        return lambda value, titles: [_link(field.to, each, titles) for each in value or ()]
    if field.points == "any":
        return _any_link
    if type(field).to_json is Field.to_json:
        return None
    return lambda value, _titles: field.to_json(value)


def _link(entity: str, id: UUID, titles: Titles) -> dict[str, Any]:
    return {"id": id, "title": titles.get((entity, id))}


def _any_link(value: AnyLink | None, titles: Titles) -> dict[str, Any] | None:
    return None if value is None else {"entity": value.entity, **_link(value.entity, value.id, titles)}
