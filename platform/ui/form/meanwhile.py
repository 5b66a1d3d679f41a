"""What somebody else changed while a form was open: what is taken over, and what both changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records.work import Work
from customary.ui.form import draft as drafts
from customary.ui.form import layout
from customary.ui.form.layout import Form
from customary.ui.form.typed import Entry, Typed, entry_of_value

MOST = 200
"""Changes that are looked through; a form left open for longer takes the newest values as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that both changed."""

    field: Field
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Who saved in between, and where the two differ."""

    who: str
    conflicts: tuple[Conflict, ...]
    titles: Mapping[tuple[str, UUID], str]


def drawn(work: Work, entity: Entity, id: UUID, form: Typed, locale: Any) -> tuple[Form, Meanwhile]:
    """The form with the newer values where nothing was typed, and the conflicts."""
    record = records.get(work, entity.name, id)
    draft = drafts.typed(work, entity, form, locale, record)
    seen = int(record.values["revision"]) - (form.revision or 0)
    changes = records.history(work, entity.name, id, limit=min(max(seen, 0), MOST)).changes
    before = _before(changes)
    entries, conflicts = dict(draft.entries), []
    for name, entry in draft.entries.items():
        theirs = record.values.get(name)
        if entry.lines or name not in before or entry.value == theirs:
            continue
        if _json(entity.fields[name], entry) == before[name]:
            entries[name] = entry_of_value(entity.fields[name], theirs, locale)
        else:
            conflicts.append(Conflict(field=entity.fields[name], theirs=theirs, mine=entry.value))
    found = Meanwhile(who=_who(work, changes), conflicts=tuple(conflicts), titles=_titles(work, conflicts, record))
    return layout.form(work, replace(draft, entries=entries), {}, locale), found


def _before(changes: Sequence[Any]) -> dict[str, Any]:
    """The values as they stood when the form was opened, of what changed since. Changes come newest first."""
    found: dict[str, Any] = {}
    for change in changes:
        found |= {name: (change.before or {}).get(name) for name in change.after or {}}
    return found


def _json(field: Field, entry: Entry) -> Any:
    return field.to_json(entry.value) if entry.value not in (None, ()) else None


def _who(work: Work, changes: Sequence[Any]) -> str:
    people = work.model.playing("user")
    actors = [change.actor for change in changes[:1] if change.actor]
    if not actors or people is None:
        return ""
    return records.titles(work, [(people.name, actors[0])]).get((people.name, actors[0]), "")


def _titles(work: Work, conflicts: list[Conflict], record: Any) -> Mapping[tuple[str, UUID], str]:
    pairs = [
        (getattr(value, "entity", None) or getattr(each.field, "to", ""), getattr(value, "id", value))
        for each in conflicts
        for value in (each.theirs, each.mine)
        if each.field.control in ("link", "user", "any_link") and value is not None
    ]
    return {**record.titles, **records.titles(work, pairs)} if pairs else record.titles
