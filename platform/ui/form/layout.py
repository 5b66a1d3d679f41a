"""Forms and pages as sections of rows: which fields stand where, and what their rules say at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from customary.engine.expressions import Expression
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity, Section
from customary.engine.records.scope import RecordScope, RecordView
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words
from customary.ui.form.controls import Control, Problems, control, line_values
from customary.ui.form.draft import Draft, State, child_of, columns, filled, is_typed
from customary.ui.form.typed import Entry

ESSENTIALS = "essentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """A titled part of a form; `rows` hold the controls that stand side by side."""

    name: str
    label: Words
    rows: tuple[tuple[Control, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form ready to be shown. `problems` are those of no control, then `linked` those with one."""

    entity: Entity
    sections: tuple[FormSection, ...]
    problems: tuple[Reason, ...] = ()
    linked: tuple[tuple[Control, Reason], ...] = ()
    id: UUID | None = None
    title: str = ""
    revision: int | None = None
    live: bool = False

    @property
    def attaches(self) -> bool:
        """Whether files are sent with it."""
        return any(each.attaches for each in self.entity.fields.values())


def form(work: Work, draft: Draft, problems: Problems, locale: Locale) -> Form:
    """The form of a draft as its rules want it now."""
    found = states(work, draft)
    watched = watched_fields(draft.entity)
    sections = []
    for section in sections_of(draft.entity):
        rows = [
            tuple(
                control(work, draft, draft.entity.fields[name], found[name], problems, name in watched, locale)
                for name in row
                if name in found and found[name].visible and _typed_here(draft.entity.fields[name])
            )
            for row in section.rows
        ]
        if shown := tuple(row for row in rows if row):
            if len(shown) == len(shown[0]) == 1 and shown[0][0].label == section.label:
                shown = ((replace(shown[0][0], alone=True),),)  # its title says it already
            sections.append(FormSection(name=section.name, label=section.label, rows=shown))
    return Form(
        entity=draft.entity,
        sections=tuple(sections),
        problems=_homeless(sections, problems),
        linked=tuple(_linked(sections)),
        id=draft.id,
        title=draft.record.title if draft.record else "",
        revision=draft.record.values.get("revision") if draft.record else None,
        live=bool(watched) or any(each.control == "lines" for each in draft.entity.fields.values()),
    )


def _typed_here(each: Field) -> bool:
    """Computed fields show in a form beside what they follow from; the platform's own do not."""
    return each.entered or (each.formula is not None and not each.system)


def sections_of(entity: Entity) -> tuple[Section, ...]:
    """The declared layout and, at the end, what it forgot that must be entered; without one, all fields in order."""
    fields = [each for each in entity.fields.values() if not each.system and _typed_here(each)]
    if not entity.layout:
        return (Section(name=ESSENTIALS, label=Words({}), rows=_paired(fields)),)
    placed = {name for section in entity.layout for row in section.rows for name in row}
    forgotten = [each for each in fields if each.name not in placed and each.entered and each.required is not False]
    if not forgotten:
        return entity.layout
    return (*entity.layout, Section(name="more", label=Words({}), rows=_paired(forgotten)))


def _paired(fields: Iterable[Field]) -> tuple[tuple[str, ...], ...]:
    """Short fields two by two, wide ones alone."""
    rows: list[tuple[str, ...]] = []
    alone: str | None = None
    for each in fields:
        if each.wide:
            rows += [(alone,)] * bool(alone) + [(each.name,)]
            alone = None
        elif alone:
            rows.append((alone, each.name))
            alone = None
        else:
            alone = each.name
    return tuple(rows + [(alone,)] * bool(alone))


def states(work: Work, draft: Draft) -> dict[str, State]:
    """What every field's rules make of it, by name. Fields that this person may not see are absent."""
    scope = FormScope(work, draft)
    access, entity = work.access, draft.entity
    closed = access.read_only(entity.name, draft.record is None) | locked(entity, draft)
    return {
        each.name: State(
            visible=_is_there(each, draft) and (each.visible is None or each.visible.holds(scope)),
            required=_holds(each.required, scope),
            read_only=each.name in closed or not is_typed(each) or _holds(each.read_only, scope),
            computed=_computed(each, scope, draft),
        )
        for each in entity.fields.values()
        if each.name not in access.hidden(entity.name)
    }


def _computed(each: Field, scope: FormScope, draft: Draft) -> Any:
    """The value as it follows from what is typed, or as it is kept."""
    if each.formula is None or _tells_of_others(each, draft.entity):
        return draft.stored.get(each.name)
    return each.fit(each.formula.evaluate(scope))


def _is_there(each: Field, draft: Draft) -> bool:
    """Nothing points at a record before it is saved, so what tells of that alone has nothing to say."""
    return draft.record is not None or not _tells_of_others(each, draft.entity)


def _tells_of_others(each: Field, entity: Entity) -> bool:
    """Whether it follows from nothing but records that point here, which a form does not hold."""
    return each.formula is not None and entity.inverses.keys() >= {path[0] for path in each.formula.paths} > set()


def _holds(rule: bool | Expression, scope: Any) -> bool:
    return rule if isinstance(rule, bool) else rule.holds(scope)


def locked(entity: Entity, draft: Draft) -> frozenset[str]:
    """The fields that the record's stage keeps as they are."""
    name = draft.stored.get("stage")
    stages = [each.stages[name] for each in entity.pipelines if name in each.stages]
    if not stages:
        return frozenset()
    locks = frozenset(stages[0].locks)
    return frozenset(entity.fields) if "all" in locks else locks


def watched_fields(entity: Entity) -> frozenset[str]:
    """The fields that other fields' rules or formulas read: a change of theirs redraws the form."""
    rules = [
        rule
        for each in entity.fields.values()
        for rule in (each.visible, each.required, each.read_only, each.formula)
        if isinstance(rule, Expression)
    ]
    return frozenset(path[0] for rule in rules for path in rule.paths)


class FormScope(RecordScope):
    """The scope of a record that is being written: its sheets are what is typed, the rest is read."""

    def __init__(self, work: Work, draft: Draft) -> None:
        values = {"id": draft.id, **draft.values}
        super().__init__(work, draft.entity.name, values, {"id": draft.id, **draft.stored} if draft.record else None)
        self._entity = draft.entity.name
        self._sheets = {
            name: self._rows(work, draft, name)
            for name, entry in draft.entries.items()
            if draft.entity.fields[name].control == "lines"
        }

    def about(self, record: Mapping[str, Any]) -> FormScope:
        scope = FormScope.__new__(FormScope)
        scope.__dict__.update(super().about(record).__dict__)
        return scope

    def follow(self, entity: str, field: str, record: Mapping[str, Any]) -> Any:
        if entity == self._entity and field in self._sheets:
            return self._sheets[field]
        return super().follow(entity, field, record)

    def _rows(self, work: Work, draft: Draft, name: str) -> list[Mapping[str, Any]]:
        field = draft.entity.fields[name]
        child, _ = child_of(work.model, field)
        shown = columns(work, field)
        lines = filled(work, field, draft.entries[name].lines)
        return [RecordView(self, child.name, line_values(draft, field, shown, line)) for line in lines]


def problems_of(draft: Draft) -> Problems:
    """The texts that mean nothing, by control."""
    found: dict[str, tuple[Reason, ...]] = {}
    for name, entry in draft.entries.items():
        found |= _problem(name, entry)
        for line in entry.lines:
            for column, cell in line.entries.items():
                found |= _problem(f"{line.key}.{column}", cell)
    return found


def _problem(name: str, entry: Entry) -> Problems:
    return {name: (entry.problem,)} if entry.problem else {}


def _linked(sections: Iterable[FormSection]) -> Iterable[tuple[Control, Reason]]:
    for each in _controls(sections):
        yield from ((each, reason) for reason in each.problems)
        for row in each.sheet.rows if each.sheet else ():
            yield from ((cell, reason) for cell in row.cells for reason in cell.problems)


def _homeless(sections: Iterable[FormSection], problems: Problems) -> tuple[Reason, ...]:
    known = set()
    for each in _controls(sections):
        known.add(each.name)
        for row in each.sheet.rows if each.sheet else ():
            known |= {row.key, *(cell.name for cell in row.cells)}
    return tuple(reason for name, reasons in problems.items() if name not in known for reason in reasons)


def _controls(sections: Iterable[FormSection]) -> Iterable[Control]:
    return (each for section in sections for row in section.rows for each in row)
