"""What happened with a record: notes, calls, tasks and mails that are about it, and its own history, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.messages.correspondence import posts
from customary.engine.model.entity import Entity
from customary.engine.records.reader.history import history
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form import draft as drafts
from customary.ui.form.page import by_control, typed_in
from customary.ui.form.typed import Typed
from customary.ui.record import composer
from customary.ui.record.composer import PARTS, Writing, about_field, fields_by_part
from customary.ui.record.moment import Difference, Moment, forms_sent, value_in
from customary.ui.record.pointers import pointing

MOST_CHANGES = 200
MOST_RECORDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day's moments; its changes of fields are folded into `changes`."""

    date: date
    moments: tuple[Moment, ...]
    changes: tuple[Moment, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What changed that day, each field once."""
        named = {each.field.name: each.field for change in self.changes for each in change.differences}
        return tuple(named.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All that is shown: what can be written, and what happened by day. `open` are tasks not yet done."""

    writings: tuple[Writing, ...]
    days: tuple[Day, ...]
    open: tuple[Moment, ...]
    titles: Mapping[tuple[str, UUID], str]
    people: str
    kind: str = ""
    chosen: str = ""


@get("/{entity:str}/{id:uuid}/timeline")
async def show(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """The timeline alone; `kind` keeps what one wants to see."""
    kind = request.query_params.get("kind", "")
    return await _draw(desk, entity_of(desk, entity), id, kind)


@post("/{entity:str}/{id:uuid}/timeline", status_code=200)
async def add(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Adds what was written in the composer."""
    found, form = entity_of(desk, entity), await typed_in(desk, request)
    try:
        written = await desk.write(composer.add, found, id, form, desk.locale)
    except Refused as refused:
        said = await desk.read(_refused, found, id, form, refused, desk.locale)
        if desk.htmx:
            return desk.part("part_happened.html", status=422, page=_Shown(found, said[0], said[1]))
        return desk.redirect(f"/{entity}/{id}", "; ".join(str(each) for each in refused.problems))
    desk.toast(desk.say("“{title}” was added", title=written))
    return await _draw(desk, found, id, "") if desk.htmx else desk.redirect(f"/{entity}/{id}")


@post("/{entity:str}/{id:uuid}/done", status_code=200)
async def done(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Ticks a task off, or takes that back."""
    found = entity_of(desk, entity, "update")
    about = await desk.write(_tick, found, id)
    if about is None or not desk.htmx:
        return desk.redirect(f"/{about[0]}/{about[1]}" if about else f"/{entity}/{id}")
    return await _draw(desk, entity_of(desk, about[0]), about[1], "")


@dataclass(frozen=True, slots=True)
class _Shown:
    """The part of a record page that the timeline needs when it is drawn alone."""

    entity: Entity
    record: records.Record
    happened: Timeline


async def _draw(desk: Desk, entity: Entity, id: UUID, kind: str) -> Response:
    def look(work: Work) -> _Shown:
        record = records.get(work, entity.name, id)
        return _Shown(entity, record, read_timeline(work, entity, record, desk.locale, kind))

    return desk.part("part_happened.html", page=await desk.read(look))


# Reading --------------------------------------------------------------------------------------------


def read_timeline(work: Work, entity: Entity, record: records.Record, locale: Locale, kind: str = "") -> Timeline:
    """The timeline of a record, as far as this person may read it."""
    happenings = list(_happenings(work, entity, record.id)) if kind != "changes" else []
    changes = _changes(work, entity, record.id) if kind in ("", "changes") else []
    if kind in PARTS:
        happenings = [each for each in happenings if each.kind == kind]
    mails = _mails(work, entity, record.id) if kind in ("", "activity") else []
    filled = forms_sent(work, entity, record.id) if kind in ("", "activity") else []
    open_tasks = [each for each in happenings if each.kind == "task" and not each.done]
    past = [each for each in happenings if each.kind != "task" or each.done]
    people = work.model.playing("user")
    return Timeline(
        writings=tuple(composer.writings(work, entity, record, locale)),
        days=tuple(_days([*past, *mails, *filled, *changes], locale)),
        open=tuple(sorted(open_tasks, key=_due)),
        titles=_titles(work, [*happenings, *changes]),
        people=people.name if people else "",
        kind=kind,
    )


def _happenings(work: Work, entity: Entity, id: UUID) -> Iterable[Moment]:
    for other in work.model.entities.values():
        field = about_field(work, other, entity)
        if field is not None and work.access.may(other.name, "read"):
            for record in pointing(work, other, field.name, id, MOST_RECORDS).records:
                yield _happening(other, record)


def _mails(work: Work, entity: Entity, id: UUID) -> list[Moment]:
    found = posts(work, entity.name, id)
    return [Moment(kind="mail", at=each.at, actor=None, entity=entity, text=each.text, mail=each) for each in found]


def _happening(other: Entity, record: records.Record) -> Moment:
    values, fields = record.values, fields_by_part(other)
    at = values.get(fields["when"].name) if fields["when"] and other.plays == "activity" else None
    who = values.get(fields["who"].name) if fields["who"] else None
    return Moment(
        kind=str(other.plays),
        at=at or values["created_at"],
        actor=who or values.get("created_by"),
        entity=other,
        record=record,
        text=values.get(fields["text"].name) or "" if fields["text"] else "",
        option=values.get(fields["kind"].name) or "" if fields["kind"] else "",
        due=values.get(fields["when"].name) if fields["when"] and other.plays == "task" else None,
        done=bool(values.get(fields["done"].name)) if fields["done"] else False,
    )


def _due(task: Moment) -> tuple[bool, str]:
    return task.due is None, str(task.due)


def _changes(work: Work, entity: Entity, id: UUID) -> list[Moment]:
    return [
        Moment(
            kind=change.kind,
            at=change.at,
            actor=change.actor,
            entity=entity,
            differences=differences(work, entity, change) if change.kind != "created" else (),
            cause=str(change.cause.get("origin", "")),
            option=str(change.cause.get("stage", "")),
            text=str(change.cause.get("note", "")),
            form=str(change.cause.get("form", "")),
            quiet=bool(change.cause.get("quiet")),
        )
        for change in history(work, entity.name, id, limit=MOST_CHANGES).changes
    ]


QUIET = frozenset({"outcome", "probability", "stage_entered_at", "archived_at"})
"""Follow from a move or an archiving, which says them."""


def differences(work: Work, entity: Entity, change: Any) -> tuple[Difference, ...]:
    """What a change changed, as far as this person may see it."""
    hidden = work.access.hidden(entity.name) | QUIET
    return tuple(
        Difference(field=each, before=value_in(each, change.before, name), after=value_in(each, change.after, name))
        for name in change.names
        if name not in hidden and (each := entity.fields.get(name)) is not None
    )


def _days(moments: Iterable[Moment], locale: Locale) -> Iterable[Day]:
    by_day: dict[date, list[Moment]] = {}
    for each in sorted(moments, key=lambda moment: moment.at, reverse=True):
        by_day.setdefault(each.at.astimezone(locale.zone).date(), []).append(each)
    for day, found in by_day.items():
        folded = tuple(each for each in found if each.kind == "updated")
        yield Day(date=day, moments=tuple(each for each in found if each.kind != "updated"), changes=folded)


def _titles(work: Work, moments: list[Moment]) -> Mapping[tuple[str, UUID], str]:
    people = work.model.playing("user")
    pairs = {(people.name, each.actor) for each in moments if each.actor} if people else set()
    for moment in moments:
        for each in moment.differences:
            pairs |= {pair for value in (each.before, each.after) for pair in ends(work, each.field, value)}
    return records.titles(work, list(pairs)) if pairs else {}


def ends(work: Work, field: Field, value: Any) -> list[tuple[str, UUID]]:
    """The records that a value points to."""
    if value is None or field.control not in ("link", "user", "links", "any_link"):
        return []
    if field.control == "any_link":
        return [(value.entity, value.id)] if value.entity in work.model.entities else []
    people = work.model.playing("user")
    to = getattr(field, "to", "") or (people.name if people else "")
    return [(to, id) for id in (value if isinstance(value, tuple) else (value,))]


def _refused(
    work: Work, entity: Entity, id: UUID, form: Typed, refused: Refused, locale: Locale
) -> tuple[records.Record, Timeline]:
    record = records.get(work, entity.name, id)
    other, _, _ = composer.target(work, entity, form)
    draft = drafts.typed(work, other, form, locale)
    tried = (form.one("_writing"), draft, by_control(work, draft, refused.problems))
    found = read_timeline(work, entity, record, locale)
    writings = tuple(composer.writings(work, entity, record, locale, tried))
    return record, replace(found, writings=writings, chosen=form.one("_writing"))


def _tick(work: Work, entity: Entity, id: UUID) -> tuple[str, UUID] | None:
    """Turns the first yes-or-no field of a task, and says what the task is about."""
    record = records.get(work, entity.name, id)
    field = fields_by_part(entity)["done"]
    if field is not None:
        records.update(work, entity.name, id, {field.name: not record.values.get(field.name)})
    for each in entity.fields.values():
        value = record.values.get(each.name)
        if each.control == "any_link" and value is not None:
            return value.entity, value.id
    return None


handlers = [show, add, done]
