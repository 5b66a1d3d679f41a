"""The record page: what it is, what happened, what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from customary.engine import privacy, records
from customary.engine.automation import Run, buttons, inputs_of, runs_of
from customary.engine.fields.field import Field
from customary.engine.messages import by_hand
from customary.engine.model.entity import Entity
from customary.engine.model.workflow import Workflow
from customary.engine.privacy import Tombstone
from customary.engine.records.personal.retention import coming
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.words import Words
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form import draft as drafts
from customary.ui.form import layout
from customary.ui.form.draft import State
from customary.ui.record import related, timeline
from customary.ui.record.agreed import Agreed, agreed
from customary.ui.record.path import Path, path_of
from customary.ui.record.related import Card
from customary.ui.record.timeline import Timeline

if TYPE_CHECKING:
    from customary.ui.record.stage import RefusedMove


RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A field of a record with its value; `open` says that it may be edited here."""

    field: Field
    value: Any
    open: bool = False

    @property
    def wide(self) -> bool:
        return self.field.control == "long_text" and self.value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSection:
    """A titled part of a record's facts."""

    name: str
    label: Words
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A record ready to be shown."""

    entity: Entity
    record: records.Record
    titles: Mapping[tuple[str, UUID], str]
    highlights: tuple[Fact, ...]
    sections: tuple[FactSection, ...]
    path: Path | None
    may_update: bool
    may_delete: bool
    may_create: bool
    archived: bool
    may_export: bool = False
    """Whether they may have all that is known of the person."""
    may_write: bool = False
    """Whether there may be somebody to write a mail to."""
    may_erase: bool = False
    """Whether they may erase what it says of a person; `erased` is what is left where that was done."""
    erased: Tombstone | None = None
    coming: Mapping[str, date] = field(default_factory=dict)
    """On which day it will be archived and erased."""
    agreed: tuple[Agreed, ...] = ()
    """What the person agreed to, and took back, the newest first."""
    creator: str = ""
    happened: Timeline | None = None
    related: tuple[Card, ...] = ()
    runs: tuple[Run, ...] = ()
    """The newest runs of rules for this record."""
    buttons: tuple[Workflow, ...] = ()
    """Rules that this person may start here."""

    @property
    def asking(self) -> frozenset[str]:
        """The names of those that ask for something first."""
        return frozenset(each.name for each in self.buttons if inputs_of(each))

    @property
    def changeable(self) -> bool:
        """What is archived stays as it is until it is restored."""
        return self.may_update and not self.archived


@get("/{entity:str}/{id:uuid}")
async def show(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """The whole page."""
    found = entity_of(desk, entity)
    return desk.page("page_record.html", page=await desk.read(_page, found, id, True, desk.locale), refused=None)


@get("/{entity:str}/{id:uuid}/facts")
async def facts(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """The fields by section, as after leaving a control without saving."""
    return await draw_saved(desk, entity_of(desk, entity), id)


# For the rooms of fields and of moves ---------------------------------------------------------------


async def draw_saved(desk: Desk, entity: Entity, id: UUID) -> Response:
    """The parts of the page that a changed field changes."""
    page = await desk.read(_page, entity, id, False, desk.locale)
    return desk.part("part_saved_field.html", page=page, refused=None, oob=True)


async def draw_moved(desk: Desk, entity: Entity, id: UUID, undo: str = "") -> Response:
    """The parts of the page that a move changes."""
    page = await desk.read(_page, entity, id, True, desk.locale)
    if page.path:
        desk.toast(desk.say("Moved to {stage}", stage=page.path.current.label), undo=undo)
    return desk.part("part_moved.html", page=page, refused=None)


async def draw_refused(desk: Desk, refused: RefusedMove) -> Response:
    """The stage path with the reasons under it; the whole page for browsers without scripts."""
    page = await desk.read(_page, refused.entity, refused.id, not desk.htmx, desk.locale)
    draw = desk.part if desk.htmx else desk.page
    return draw("part_stage_path.html" if desk.htmx else "page_record.html", page=page, refused=refused, status=422)


# Reading --------------------------------------------------------------------------------------------


def _page(work: Work, entity: Entity, id: UUID, whole: bool, locale: Any) -> Page:
    record = records.get(work, entity.name, id)
    draft = drafts.Draft(entity=entity, entries={}, record=record, stored=record.values)
    states = layout.states(work, draft)
    scope = RecordScope(work, entity.name, dict(record.values))
    may_update = work.access.may(entity.name, "update") and work.access.holds(entity.name, "update", scope)
    archived = record.values.get("archived_at") is not None
    creator = record.values.get("created_by")
    return Page(
        entity=entity,
        record=record,
        titles=record.titles,
        highlights=tuple(_facts(entity, record, states, entity.highlights, may_update and not archived)),
        sections=tuple(_sections(entity, record, states, may_update and not archived)),
        path=path_of(work.access, entity, record.values, work.now),
        may_update=may_update,
        may_delete=work.access.may(entity.name, "delete") and work.access.holds(entity.name, "delete", scope),
        may_create=work.access.may(entity.name, "create"),
        archived=archived,
        may_export=privacy.may_have_dossier(work, entity, record.values),
        may_write=by_hand.reaches(work, entity.name),
        may_erase=privacy.may_erase(work, entity),
        erased=privacy.tombstone_of(work, entity, id) if whole else None,
        agreed=agreed(work, entity, id),
        coming=coming(work, entity.name, record.values) if whole else {},
        creator=_person(work, creator) if whole and creator else "",
        happened=timeline.read_timeline(work, entity, record, locale) if whole else None,
        related=tuple(related.cards(work, entity, record)) if whole else (),
        runs=tuple(runs_of(work, record=id, limit=RUNS)) if whole else (),
        buttons=buttons(work, entity.name, record.values) if whole else (),
    )


def _person(work: Work, id: UUID) -> str:
    people = work.model.playing("user")
    return records.titles(work, [(people.name, id)]).get((people.name, id), "") if people else ""


def _facts(
    entity: Entity, record: records.Record, states: Mapping[str, State], names: Iterable[str], may_update: bool
) -> Iterable[Fact]:
    """The fields that show now. Sheets and lists of links stand among the related records."""
    for name in names:
        state = states.get(name)
        if state is None or not state.visible or entity.fields[name].control == "lines":
            continue
        open_ = may_update and not state.read_only and name != "stage"
        yield Fact(field=entity.fields[name], value=record.values.get(name), open=open_)


def _sections(
    entity: Entity, record: records.Record, states: Mapping[str, State], may_update: bool
) -> Iterable[FactSection]:
    for section in layout.sections_of(entity):
        names = [name for row in section.rows for name in row if name not in entity.highlights]
        if facts := tuple(_facts(entity, record, states, names, may_update)):
            yield FactSection(name=section.name, label=section.label, facts=facts)


handlers = [show, facts]
