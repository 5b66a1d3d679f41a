"""Buttons: a workflow that somebody starts by hand, what it asks for first, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

import anyio
from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import automation
from customary.engine.automation import Run, find_run, inputs_of, press, press_alone, press_many
from customary.engine.automation.moment import Moment, pressed
from customary.engine.locale import Locale
from customary.engine.model.workflow import Workflow
from customary.engine.records.reader.select import get as get_record
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.words import Words
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of
from customary.ui.form import inputs
from customary.ui.form.controls import Control
from customary.ui.form.page import typed_in
from customary.ui.form.typed import Typed
from customary.ui.list.bulk import MANY

PATIENCE_SECONDS = 1.0
LOOK_EVERY_SECONDS = 0.1
UNDER_WAY = ("due", "waiting")


@get("/{entity:str}/{id:uuid}/buttons/{name:str}")
async def ask(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]) -> Response:
    """What the button asks for, of a record."""
    workflow = _known(desk, name, automation.buttons_of(desk.model, entity_of(desk, entity).name))
    found = await desk.read(_begun, workflow, (entity, id), desk.locale)
    return _page(desk, workflow, found, f"/{entity}/{id}")


@post("/{entity:str}/{id:uuid}/buttons/{name:str}", status_code=200)
async def push(
    desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]
) -> Response:
    """Starts the workflow, and tells on the record's page what came of it, which lists the run too."""
    workflow = _known(desk, name, automation.buttons_of(desk.model, entity_of(desk, entity).name))
    form, back = await typed_in(desk, request), f"/{entity}/{id}"
    return await _pressed(desk, workflow, form, back, lambda work, values: press(work, entity, id, name, values))


@get("/buttons/{name:str}")
async def ask_alone(desk: AtDesk, name: FromPath[str]) -> Response:
    """What a button asks for that is about no record."""
    workflow = _known(desk, name, await desk.read(automation.lone_buttons))
    return _page(desk, workflow, await desk.read(_begun, workflow, None, desk.locale), "/")


@post("/buttons/{name:str}", status_code=200)
async def push_alone(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """Starts a workflow that is about no record."""
    workflow = _known(desk, name, await desk.read(automation.lone_buttons))
    form = await typed_in(desk, request)
    return await _pressed(desk, workflow, form, "/", lambda work, values: press_alone(work, name, values))


@get("/{entity:str}/buttons/{name:str}")
async def ask_for_many(desk: AtDesk, entity: FromPath[str], name: FromPath[str]) -> Response:
    """The controls of what a button asks for, once for all that are chosen in the list."""
    workflow = _known(desk, name, automation.buttons_of(desk.model, entity_of(desk, entity).name, ("many",)))
    controls = await desk.read(_begun, workflow, None, desk.locale)
    return desk.part("part_bulk_button.html", entity=entity, button=workflow, controls=controls)


@post("/{entity:str}/buttons/{name:str}", status_code=200)
async def push_for_many(desk: AtDesk, request: Request, entity: FromPath[str], name: FromPath[str]) -> Response:
    """Starts the workflow for each chosen record, or for none where one refuses."""
    workflow = _known(desk, name, automation.buttons_of(desk.model, entity_of(desk, entity).name, ("many",)))
    form = await typed_in(desk, request)
    ids = [UUID(text) for text in form.all("id")[:MANY] if _is_id(text)]
    try:
        await desk.write(_press_many, workflow, entity, ids, form, desk.locale)
    except Refused as refused:
        first = refused.problems[0]
        desk.toast(f"{first.label.in_language(desk.language)} {desk.say_reason(first.reason)}".strip(), kind="error")
        return desk.nothing(422)
    except Forbidden as forbidden:
        desk.toast(desk.say_reason(forbidden.reason), kind="error")
        return desk.nothing(422)
    told = desk.count_say(
        "“{label}” has begun for {count} record",
        "“{label}” has begun for {count} records",
        len(ids),
        label=workflow.label,
    )
    desk.toast(told)
    desk.event("listchanged")
    return desk.nothing()


async def _pressed(
    desk: Desk, workflow: Workflow, form: Typed, back: str, begin: Callable[[Work, dict], UUID]
) -> Response:
    try:
        run = await desk.write(_press, workflow, form, desk.locale, begin)
    except Refused as refused:
        if not inputs_of(workflow):
            raise
        found = await desk.read(_typed, workflow, form, desk.locale, refused.problems)
        return _page(desk, workflow, found, back, refused.problems, status=422)
    return desk.redirect(back, _told(desk, await _ended(desk, run), workflow.label))


def _known(desk: Desk, name: str, known: Iterable[Workflow]) -> Workflow:
    found = next((each for each in known if each.name == name), None)
    if found is None:
        raise Missing("buttons")
    if not desk.access.may_press(name):
        raise Forbidden(automation.NOT_ALLOWED)
    return found


def _page(
    desk: Desk,
    workflow: Workflow,
    controls: tuple[Control, ...],
    back: str,
    problems: Iterable[FieldProblem] = (),
    status: int = 200,
) -> Response:
    named = {each.name for each in controls}
    reasons = [(each.label, each.reason) for each in problems if each.field not in named]
    return desk.page(
        "page_button.html", status=status, here="", button=workflow, controls=controls, back=back, reasons=reasons
    )


def _begun(work: Work, workflow: Workflow, about: tuple[str, UUID] | None, locale: Locale) -> tuple[Control, ...]:
    """The controls with what they begin with; a default may read the record."""
    if about is not None:
        get_record(work, *about)
    moment = Moment(work, pressed(work, *(about or ("", automation.NO_RECORD))))
    fields = inputs_of(workflow)
    return inputs.controls_for(work, fields, inputs.untouched(fields, moment.scope(), locale))


def _typed(
    work: Work, workflow: Workflow, form: Typed, locale: Locale, problems: list[FieldProblem]
) -> tuple[Control, ...]:
    fields = inputs_of(workflow)
    return inputs.controls_for(work, fields, inputs.typed_into(work, fields, form, locale), problems)


def _values(work: Work, workflow: Workflow, form: Typed, locale: Locale) -> dict:
    fields = inputs_of(workflow)
    return inputs.meant(fields, inputs.typed_into(work, fields, form, locale))


def _press(work: Work, workflow: Workflow, form: Typed, locale: Locale, begin: Callable[[Work, dict], UUID]) -> UUID:
    return begin(work, _values(work, workflow, form, locale))


def _press_many(work: Work, workflow: Workflow, entity: str, ids: list[UUID], form: Typed, locale: Locale) -> None:
    """What is left empty is each record's own default."""
    given = {name: value for name, value in _values(work, workflow, form, locale).items() if value not in (None, ())}
    press_many(work, entity, ids, workflow.name, given)


async def _ended(desk: Desk, id: UUID) -> Run | None:
    """The run as it is when it has ended, or after a second."""
    for _ in range(round(PATIENCE_SECONDS / LOOK_EVERY_SECONDS)):
        run = await desk.read(find_run, id)
        if run is None or run.status not in UNDER_WAY:
            return run
        await anyio.sleep(LOOK_EVERY_SECONDS)
    return await desk.read(find_run, id)


def _told(desk: Desk, run: Run | None, label: Words) -> str:
    if run is None or run.status in UNDER_WAY:
        return desk.say("“{label}” has begun", label=label)
    if run.status == "done":
        return desk.say("“{label}” is done", label=label)
    if run.why is None:
        return desk.say("“{label}” has stopped", label=label)
    return desk.say("“{label}” came to nothing: {why}", label=label, why=desk.say_reason(run.why))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


handlers = [ask, push, ask_alone, push_alone, ask_for_many, push_for_many]
