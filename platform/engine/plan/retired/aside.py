"""What lies aside, value by value: read as the last release that knew it read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.any_link import AnyLink
from customary.engine.fields.field import Field
from customary.engine.locale import Locale, locale
from customary.engine.plan.changes.values import ids_of, values_for, work_on
from customary.engine.plan.retired.retired import Retired
from customary.engine.releases import Release, load_catalogue, read_inverses, read_release
from customary.engine.releases.inverse import stood_before
from customary.engine.tables.going_back import stood_in


@dataclass(frozen=True, slots=True)
class Aside:
    """A value that lies aside, of a record; `today` is what the record has in its place, if there is such a place."""

    record: UUID
    title: str
    value: str
    today: str


def aside(connection: sa.Connection, current: Release, of: Retired) -> Iterator[Aside]:
    """The values of a retired field, of a field before its type changed, or the records of a retired entity."""
    then = _last_with(connection, current, of)
    known = then.tables.catalogue
    entry = known.entries[of.entry.id]
    entity = entry.name if entry.kind == "entity" else known.entries[entry.parent].name
    made = then.tables.entity(entity)
    field = made.entity.fields.get(entry.name) if entry.kind == "field" else None
    shown, settings = _shown_today(current, of), current.model.settings
    reader = locale(settings.languages[0], settings.time_zone, settings.first_weekday, settings.currency)
    for ids in ids_of(connection, made):
        titles = _titles(connection, then, {(entity, id) for id in ids})
        old = values_for(connection, made, field, ids) if field is not None else dict.fromkeys(ids)
        new = values_for(connection, *shown, ids) if shown else {}
        for id, value in old.items():
            if field is None or value not in (None, ()):
                today = _told(connection, current, shown[1], new.get(id), reader) if shown else ""
                told = _told(connection, then, field, value, reader) if field is not None else ""
                yield Aside(id, titles.get((entity, id), ""), told, today)


def _last_with(connection: sa.Connection, current: Release, of: Retired) -> Release:
    """The release before the one since which it is retired, over the catalogue as it stood then."""
    later = read_inverses(connection, range(of.release, current.number + 1))
    then = stood_in(load_catalogue(connection), stood_before([each for _, each in sorted(later.items()) if each]))
    return read_release(connection, of.release - 1, then)


def _shown_today(current: Release, of: Retired) -> tuple[Any, Field] | None:
    entry = current.tables.catalogue.entries[of.entry.id]
    owner = current.tables.catalogue.entries.get(entry.parent)
    if entry.kind != "field" or entry.retired or owner is None or owner.name not in current.model.entities:
        return None
    made = current.tables.entity(owner.name)
    field = made.entity.fields.get(entry.name)
    has = field is not None and (made.has(field.name) or field.points == "many")
    return (made, field) if has else None


def _told(connection: sa.Connection, release: Release, field: Field, value: Any, reader: Locale) -> str:
    """A value as people read it; linked records by their titles."""
    if value in (None, ()):
        return ""
    if not field.points:
        return field.format(value, reader)
    values = value if isinstance(value, tuple) and not isinstance(value, AnyLink) else (value,)
    ends = [(each.entity, each.id) if isinstance(each, AnyLink) else (field.to, each) for each in values]
    found = _titles(connection, release, set(ends))
    return ", ".join(found.get(end) or str(end[1]) for end in ends)


def _titles(connection: sa.Connection, release: Release, wanted: set[tuple[str, UUID]]) -> Any:
    from customary.engine.records.titles import titles

    return titles(work_on(connection, release.tables), wanted)
