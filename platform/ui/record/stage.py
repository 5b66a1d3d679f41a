"""Moving a record to another stage, from its page, from a board, or by a plain form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from litestar import Request, Response, post, put
from litestar.params import FromPath

from customary.engine import automation, records
from customary.engine.model.entity import Entity
from customary.engine.model.pipeline import Stage
from customary.engine.records.deciding.approvals import NEEDED
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words
from customary.ui import board
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form import draft as drafts
from customary.ui.form.controls import Control, control
from customary.ui.form.draft import State
from customary.ui.form.page import by_control, typed_in, unread
from customary.ui.form.typed import Typed, revision_in
from customary.ui.record import page as record
from customary.ui.record.path import pipeline_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedMove:
    """Why a record stays where it is, and the fields that would let it go."""

    entity: Entity
    id: UUID
    stage: Stage
    on: str
    query: Mapping[str, str]
    """The view of the board on which it was tried."""
    controls: tuple[Control, ...]
    reasons: tuple[tuple[Words, Reason], ...]
    approvable: bool = False
    """Whether an approval is missing that nobody was asked for."""

    @property
    def target(self) -> str:
        """What the answer to another try takes the place of."""
        return f"#card-{self.id}" if self.on == "board" else "#path"


@put("/{entity:str}/{id:uuid}/stage")
async def move(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Moves a record; what keeps it out is said in place, with controls for what is missing."""
    return await _move(desk, entity_of(desk, entity, "update"), id, await typed_in(desk, request))


@post("/{entity:str}/{id:uuid}/stage", status_code=200)
async def move_by_form(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """The same for browsers without scripts."""
    return await _move(desk, entity_of(desk, entity, "update"), id, await typed_in(desk, request))


@post("/{entity:str}/{id:uuid}/stage/back", status_code=200)
async def move_back(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Takes back the move that was just made, while nothing else changed."""
    found, query = entity_of(desk, entity, "update"), request.query_params
    try:
        await desk.write(records.take_back, found.name, id, revision_in(query.get("revision", "")) or -1)
    except (Stale, Forbidden, Refused):
        desk.toast(desk.say("It can no longer be taken back: something else changed meanwhile."), kind="error")
        return desk.nothing(422)
    told = desk.say("The move was taken back")
    on = query.get("on")
    if on not in ("board", "list"):
        return desk.redirect(f"/{found.name}/{id}", told)
    desk.toast(told, kind="info")
    desk.event(*(("rowchanged", {"id": str(id)}) if on == "list" else ("listchanged",)))
    return desk.nothing()


@post("/{entity:str}/{id:uuid}/approval", status_code=200)
async def ask_approval(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Asks for the approvals that a stage wants, of the record as it is stored."""
    found, form = entity_of(desk, entity, "update"), await typed_in(desk, request)
    try:
        count = await desk.write(automation.ask_approval, found.name, id, form.one("stage"))
    except Refused as refused:
        told = refused.problems[0]
        said = f"{told.label.in_language(desk.language)} {desk.say_reason(told.reason)}"
    else:
        said = desk.say("Approval is asked for") if count else desk.say("Nobody else need be asked.")
    if form.one("_on") == "board" and desk.htmx:
        desk.toast(said)
        desk.event("listchanged")
        return desk.nothing()
    return desk.redirect(f"/{found.name}/{id}", said)


async def _move(desk: Desk, entity: Entity, id: UUID, form: Typed) -> Response:
    on = "board" if form.one("_on") == "board" else "record"
    target = form.one("stage")
    try:
        revision = await desk.write(moved, entity, id, target, form, desk.locale)
    except Refused as refused:
        found = await desk.read(explained, entity, id, form, desk.locale, refused.problems, on)
        return await _answer_refused(desk, found)
    if not desk.htmx:
        return desk.redirect(
            form.one("_back") if form.one("_back").startswith("/" + entity.name) else f"/{entity.name}/{id}"
        )
    undo = f"/{entity.name}/{id}/stage/back?revision={revision}&on={on}" if revision else ""
    if on == "board":
        return await board.draw_moved(desk, entity, id, form, undo)
    return await record.draw_moved(desk, entity, id, undo)


async def _answer_refused(desk: Desk, found: RefusedMove) -> Response:
    if found.on == "board" and desk.htmx:
        return await board.draw_refused(desk, found)
    return await record.draw_refused(desk, found)


# For all places where records are moved -------------------------------------------------------------


def moved(work: Work, entity: Entity, id: UUID, target: str, form: Typed, locale: Any) -> int:
    """The revision that the move made, 0 where the record stood there already."""
    record = records.get(work, entity.name, id)
    if pipeline_of(entity, target) is None:
        raise Refused(
            [FieldProblem("stage", Reason("has no stage “{stage}”", {"stage": target}), _stage_label(entity))]
        )
    draft = drafts.typed(work, entity, form, locale, record)
    problems = unread(draft)
    values = {name: entry.value for name, entry in draft.entries.items() if not entry.lines and name != "stage"}
    try:
        revision = records.move(work, entity.name, id, target, values)
    except Refused as refused:
        known = {each.field for each in problems}
        problems += [each for each in refused.problems if each.field not in known]
    if problems:
        raise Refused(problems)
    return revision if record.values.get("stage") != target else 0


def _stage_label(entity: Entity) -> Words:
    return entity.fields["stage"].label if "stage" in entity.fields else Words({})


def explained(
    work: Work, entity: Entity, id: UUID, form: Typed, locale: Any, problems: list[FieldProblem], on: str
) -> RefusedMove:
    record = records.get(work, entity.name, id)
    stage = _stage(entity, form.one("stage"), record.values)
    typed = drafts.typed(work, entity, form, locale, record)
    stored = drafts.stored(work, entity, record, locale)
    draft = drafts.over(stored, typed)
    fillable = _fillable(work, entity, problems, typed)
    said = by_control(work, draft, [each for each in problems if _was_tried(each, typed)])
    controls = tuple(
        replace(control(work, draft, entity.fields[name], State(required=True), said, False, locale), prefix=f"m-{id}")
        for name in fillable
    )
    reasons = tuple((_subject(each), each.reason) for each in problems if each.field not in fillable)
    return RefusedMove(
        entity=entity,
        id=id,
        stage=stage,
        on=on,
        query=board.query_of(form),
        controls=controls,
        reasons=reasons,
        approvable=any(each.reason.text == NEEDED.text for each in problems),
    )


def _stage(entity: Entity, name: str, values: Mapping[str, Any]) -> Stage:
    pipeline = pipeline_of(entity, name) or pipeline_of(entity, values.get("stage"))
    if pipeline is None:
        raise Missing(entity.name)
    return pipeline.stages.get(name) or pipeline.first


def _fillable(work: Work, entity: Entity, problems: list[FieldProblem], typed: Any) -> list[str]:
    """The fields that can be filled in place, in the order they were named; sheets need the whole form."""
    closed = work.access.read_only(entity.name) | work.access.hidden(entity.name)
    named = dict.fromkeys([*typed.entries, *(each.field for each in problems if each.within is None and each.field)])
    named.pop("stage", None)
    return [
        name
        for name in named
        if name in entity.fields
        and entity.fields[name].entered
        and entity.fields[name].control != "lines"
        and name not in closed
    ]


def _was_tried(problem: FieldProblem, typed: Any) -> bool:
    """A field that was not asked for yet is asked for, not complained about."""
    return problem.field in typed.entries


def _subject(problem: FieldProblem) -> Words:
    """What a reason is said of; the words of a gate stand for themselves."""
    return Words({}) if problem.field is None or problem.reason.text == "{message}" else problem.label


handlers = [move, move_by_form, move_back, ask_approval]
