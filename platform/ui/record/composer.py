"""The composer: adding a note, a call, a task to a record's timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work
from customary.ui.form import draft as drafts
from customary.ui.form import layout
from customary.ui.form.controls import Control, Problems, control
from customary.ui.form.page import unread
from customary.ui.form.typed import Typed

PARTS = ("activity", "task")
"""What an entity must play to stand on timelines."""

Tried = tuple[str, drafts.Draft, Problems]
"""The writing that was refused: its name, what was typed, and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """One way of adding to the timeline: a tab of the composer."""

    name: str
    entity: Entity
    option: str
    controls: tuple[Control, ...]
    more: str


def about_field(work: Work, other: Entity, entity: Entity) -> Field | None:
    """The field with which activities and tasks of `other` say what they are about, if that may be of `entity`."""
    hidden = work.access.hidden(other.name) if other.plays in PARTS else frozenset(other.fields)
    fields = [each for each in other.fields.values() if not each.system and each.name not in hidden]
    wide = [each for each in fields if each.control == "any_link" and (not each.to or entity.name in each.to)]
    exact = [each for each in fields if each.kind == "link" and each.to == entity.name]
    return next(iter([*exact, *wide]), None)


def fields_by_part(other: Entity) -> dict[str, Field | None]:
    """Which fields of a happening hold its time, its text, who, of what kind, and whether it is done."""
    fields = [each for each in other.fields.values() if not each.system]

    def first(*controls: str) -> Field | None:
        return next((each for each in fields if each.control in controls), None)

    return {
        "kind": first("choice"),
        "when": first("datetime", "date"),
        "text": first("long_text", "markdown"),
        "who": first("user"),
        "done": first("boolean"),
        "title": first("text"),
    }


def writings(
    work: Work,
    entity: Entity,
    record: records.Record,
    locale: Locale,
    tried: Tried | None = None,
) -> Iterable[Writing]:
    """The ways of adding to a record's timeline that this person has."""
    if record.values.get("archived_at") is not None:
        return
    for other in work.model.entities.values():
        about = about_field(work, other, entity)
        if about is None or not work.access.may(other.name, "create"):
            continue
        kind = fields_by_part(other)["kind"] if other.plays == "activity" else None
        options = list(getattr(kind, "options", {})) if kind else [""]
        for option in sorted(options, key=lambda name: name != getattr(kind, "default", None)):
            yield _writing(work, entity, record, other, about, option, locale, tried)


def _writing(
    work: Work,
    entity: Entity,
    record: records.Record,
    other: Entity,
    about: Field,
    option: str,
    locale: Locale,
    tried: Tried | None,
) -> Writing:
    name = f"{other.name}.{option}" if option else other.name
    prefix = f"w-{name.replace('.', '-')}"
    fresh = drafts.blank(work, other, Typed(()), locale)
    draft, problems = (drafts.over(fresh, tried[1]), tried[2]) if tried and tried[0] == name else (fresh, {})
    states = layout.states(work, draft)
    parts = fields_by_part(other)
    wanted = [parts["title"], parts["when"] if option != getattr(parts["kind"], "default", None) else None]
    wanted += [parts["who"] if other.plays == "task" else None, parts["text"]]
    controls = [
        replace(control(work, draft, each, states[each.name], problems, False, locale), prefix=prefix)
        for each in wanted
        if each is not None and each.name in states
    ]
    value = f"{entity.name}:{record.id}" if about.control == "any_link" else str(record.id)
    chosen = f"&{parts['kind'].name}={option}" if option and parts["kind"] else ""
    back = f"&_back=/{entity.name}/{record.id}"
    more = f"/{other.name}/new?{about.name}={value}{chosen}{back}"
    return Writing(name=name, entity=other, option=option, controls=tuple(controls), more=more)


def target(work: Work, entity: Entity, form: Typed) -> tuple[Entity, Field, str]:
    """What a sent composer adds: the entity, its field that names the record, and the option that was its tab."""
    name, _, option = form.one("_writing").partition(".")
    other = work.model.entities.get(name)
    about = about_field(work, other, entity) if other is not None else None
    if other is None or about is None or not work.access.may(name, "create"):
        raise Refused([])
    kind = fields_by_part(other)["kind"]
    if option and option not in getattr(kind, "options", {}):
        raise Refused([])
    return other, about, option


def add(work: Work, entity: Entity, id: UUID, form: Typed, locale: Locale) -> str:
    """Makes the record that was written, about the record whose timeline it is; gives its title."""
    records.get(work, entity.name, id)
    other, about, option = target(work, entity, form)
    draft = drafts.over(drafts.blank(work, other, Typed(()), locale), drafts.typed(work, other, form, locale))
    if problems := unread(draft):
        raise Refused(problems)
    values = {name: entry.value for name, entry in draft.entries.items() if not entry.lines}
    values |= {about.name: about.from_json(f"{entity.name}:{id}" if about.control == "any_link" else str(id))}
    kind = fields_by_part(other)["kind"]
    if option and kind:
        values[kind.name] = kind.parse(option, locale)
    made = records.create(work, other.name, {name: value for name, value in values.items() if value not in (None, ())})
    return records.get(work, other.name, made).title
