"""A record as it is being written: what is stored, what was typed over it, and what that makes of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from customary.engine import records
from customary.engine.expressions import Expression
from customary.engine.fields.field import Field, Refusal
from customary.engine.locale import Locale
from customary.engine.model.entities.default import in_order, value_of
from customary.engine.model.entity import Entity
from customary.engine.model.model import Model
from customary.engine.records.reader.options import options
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.ui.form.typed import Entry, Find, Line, Typed, entry_of_texts, entry_of_value
from customary.ui.record.pointers import pointing

MOST_ROWS = 200
EMPTY_ROWS = 1
"""A new sheet begins with this many rows to type into."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Entries by field name over the stored values; `record` is None while it was never saved."""

    entity: Entity
    entries: Mapping[str, Entry]
    record: records.Record | None = None
    stored: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> UUID | None:
        return self.record.id if self.record else None

    @property
    def values(self) -> dict[str, Any]:
        """The record as it would be: the typed over the stored. Sheets stand in `lines`, not here."""
        plain = {name: None for name, each in self.entity.fields.items() if each.formula is None}
        kept = {name: value for name, value in self.stored.items() if name in plain}
        typed = {name: entry.value for name, entry in self.entries.items() if not entry.lines}
        return {**plain, **kept, **typed}


@dataclass(frozen=True, slots=True)
class State:
    """What the rules of a field make of it at this moment."""

    visible: bool = True
    required: bool = False
    read_only: bool = False
    computed: Any = None


def blank(work: Work, entity: Entity, given: Typed, locale: Locale) -> Draft:
    """A new record: the defaults, and over them what the address gives (`?account=…`)."""
    find, fields = finder(work), entered(work, entity)
    asked = {
        each.name: entry_of_texts(each, given, each.name, locale, find)
        for each in fields
        if given.has(each.name) and each.control != "lines"
    }
    told = {name: entry for name, entry in asked.items() if entry.problem is None}
    values = defaults(work, entity, fields, {name: entry.value for name, entry in told.items()})
    entries = {}
    for each in fields:
        if each.control == "lines":
            entries[each.name] = Entry(lines=_blank_lines(work, each, locale))
        else:
            entries[each.name] = told.get(each.name) or entry_of_value(each, values.get(each.name), locale)
    return Draft(entity=entity, entries=entries)


def stored(work: Work, entity: Entity, record: records.Record, locale: Locale) -> Draft:
    """A record as it stands in the database, ready to be written over."""
    entries = {}
    for each in entered(work, entity):
        if each.control == "lines":
            entries[each.name] = Entry(lines=_stored_lines(work, each, record, locale))
        else:
            entries[each.name] = entry_of_value(each, record.values.get(each.name), locale)
    return Draft(entity=entity, entries=entries, record=record, stored=record.values)


def typed(work: Work, entity: Entity, form: Typed, locale: Locale, record: records.Record | None = None) -> Draft:
    """A record with what a person typed. Fields whose control the form did not hold keep their value."""
    find = finder(work)
    entries = {}
    for each in entered(work, entity):
        if not form.has(each.name) and not (each.control == "lines" and form.rows(each.name)):
            continue
        if each.control == "lines":
            entries[each.name] = Entry(lines=_typed_lines(work, each, form, locale))
        else:
            entries[each.name] = entry_of_texts(each, form, each.name, locale, find)
    return Draft(entity=entity, entries=entries, record=record, stored=record.values if record else {})


def copied(draft: Draft) -> Draft:
    """The same entries for a record yet to be made; numbers given by the platform and row ids stay behind."""
    entries = {
        name: replace(entry, lines=tuple(replace(line, id="") for line in entry.lines))
        for name, entry in draft.entries.items()
        if draft.entity.fields[name].copied
    }
    return Draft(entity=draft.entity, entries=entries)


def over(stored: Draft, typed: Draft) -> Draft:
    """What was typed over what is stored."""
    return replace(stored, entries={**stored.entries, **typed.entries})


def completed(work: Work, draft: Draft, changed: str, locale: Locale) -> Draft:
    """The draft with defaults that follow from what is typed, such as a line's price from its product.

    They fill empty fields only, and never the one that was just changed.
    """
    entries = {
        name: replace(
            entry,
            lines=tuple(_completed(work, draft.entity.fields[name], each, changed, locale) for each in entry.lines),
        )
        for name, entry in draft.entries.items()
    }
    return replace(draft, entries=entries)


def _completed(work: Work, field: Field, line: Line, changed: str, locale: Locale) -> Line:
    entity, _ = child_of(work.model, field)
    blank = {name for name, each in line.entries.items() if not "".join(each.texts[:1]).strip()}
    given = {
        name: entry.value
        for name, entry in line.entries.items()
        if name not in blank or f"{line.key}.{name}" == changed
    }
    following = [each for each in map(entity.fields.get, line.entries) if isinstance(each.default, Expression)]
    follows = defaults(work, entity, following, given)
    made = {
        name: entry_of_value(entity.fields[name], value, locale) for name, value in follows.items() if name not in given
    }
    return replace(line, entries={**line.entries, **made})


def entered(work: Work, entity: Entity) -> list[Field]:
    """The fields that this person may see and that are typed, not computed."""
    hidden = work.access.hidden(entity.name)
    return [each for each in entity.fields.values() if is_typed(each) and each.name not in hidden]


def is_typed(field: Field) -> bool:
    """Whether people fill it in: not computed, not numbered by the platform."""
    return field.entered


def defaults(
    work: Work, entity: Entity, fields: Sequence[Field], given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What untouched fields begin with; an expression may read what is given and the defaults it needs."""
    values, names = dict(given or {}), {each.name for each in fields}
    scope = RecordScope(work, entity.name, values)
    for each in in_order(entity.fields):
        if each.name in names and each.name not in values:
            values[each.name] = value_of(each.default, scope)
    return values


def child_of(model: Model, field: Field) -> tuple[Entity, str]:
    """The entity of a sheet's rows, and the name of its link to the parent: `of: deal_line.deal`."""
    entity, _, link = field.of.partition(".")
    return model.entities[entity], link


def columns(work: Work, field: Field) -> list[Field]:
    """The fields that a sheet shows: those of the child but its way back and the platform's own."""
    entity, link = child_of(work.model, field)
    hidden = work.access.hidden(entity.name)
    return [each for each in entity.fields.values() if not each.system and each.name not in {link, *hidden}]


def target_of_link(work: Work, field: Field) -> str:
    """The entity that a link leads to."""
    if to := getattr(field, "to", ""):
        return to
    people = work.model.playing("user")
    return people.name if people else ""


def finder(work: Work) -> Find:
    """Finds the record that a typed title means, for forms sent without scripts."""

    def find(field: Field, title: str) -> UUID:
        hits = options(work, target_of_link(work, field), title, limit=5)
        same = [hit for hit in hits if hit.title.casefold() == title.casefold()]
        found = same or hits
        if not found:
            raise Refusal("knows no “{title}”", title=title)
        if len(found) > 1:
            titles = ", ".join(hit.title for hit in found)
            raise Refusal("could be several: {titles}", titles=titles)
        return found[0].id

    return find


# Sheets --------------------------------------------------------------------------------------------


def _blank_lines(work: Work, field: Field, locale: Locale) -> tuple[Line, ...]:
    return tuple(blank_line(work, field, f"{field.name}.{place}", locale) for place in range(EMPTY_ROWS))


def blank_line(work: Work, field: Field, key: str, locale: Locale) -> Line:
    fields = [each for each in columns(work, field) if is_typed(each)]
    values = defaults(work, child_of(work.model, field)[0], fields)
    return Line(key, entries={each.name: entry_of_value(each, values.get(each.name), locale) for each in fields})


def _stored_lines(work: Work, field: Field, record: records.Record, locale: Locale) -> tuple[Line, ...]:
    child, link = child_of(work.model, field)
    rows = pointing(work, child, link, record.id, MOST_ROWS).records
    return tuple(_stored_line(work, field, place, row, locale) for place, row in enumerate(rows))


def _stored_line(work: Work, field: Field, place: int, row: records.Record, locale: Locale) -> Line:
    fields = [each for each in columns(work, field) if is_typed(each)]
    entries = {each.name: entry_of_value(each, row.values.get(each.name), locale) for each in fields}
    return Line(f"{field.name}.{place}", str(row.id), entries)


def _typed_lines(work: Work, field: Field, form: Typed, locale: Locale) -> tuple[Line, ...]:
    removed = form.one("_remove")
    lines = [_typed_line(work, field, form, key, locale) for key in form.rows(field.name) if key != removed]
    if form.one("_add") == field.name:
        lines.append(blank_line(work, field, f"{field.name}.{uuid4().hex[:6]}", locale))
    return tuple(lines)


def _typed_line(work: Work, field: Field, form: Typed, key: str, locale: Locale) -> Line:
    find = finder(work)
    fields = [each for each in columns(work, field) if is_typed(each)]
    entries = {each.name: entry_of_texts(each, form, f"{key}.{each.name}", locale, find) for each in fields}
    return Line(key, form.one(f"{key}.id"), entries)


def filled(work: Work, field: Field, lines: Sequence[Line]) -> list[Line]:
    """The rows in which anything was typed; a new row left as it was drawn is nothing."""
    if all(line.id for line in lines):
        return list(lines)
    fields = [each for each in columns(work, field) if is_typed(each)]
    untouched = defaults(work, child_of(work.model, field)[0], fields)
    return [line for line in lines if line.id or _touched(line, untouched)]


def _touched(line: Line, untouched: Mapping[str, Any]) -> bool:
    return any(
        entry.problem or (entry.value not in (None, (), "", False) and entry.value != untouched.get(name))
        for name, entry in line.entries.items()
    )
