"""A run of a rule: what came in, why it began, its steps and their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from customary.engine import messages, records
from customary.engine.automation import Run, cancel, find_run, go_on, input_of, payload_of, step_log, try_again
from customary.engine.automation.rehearsal import Because
from customary.engine.automation.running.guard import with_labels
from customary.engine.automation.watching.because import because
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.model.workflow import Workflow
from customary.engine.records.changes import Change
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk
from customary.ui.record.moment import Difference
from customary.ui.record.timeline import differences, ends
from customary.ui.rules.details import Detail, details, id_in, mentioned
from customary.ui.rules.rule import ShownRule, rule
from customary.ui.rules.steps import ShownStep, seconds, shown_step

HERE = "workflows"
COME_IN = ("button", "web_form", "webhook", "email", "message", "called")
"""What starts a rule without a change of the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A run in the list. `workflow` is None for one whose rule is not declared any more."""

    run: Run
    workflow: Workflow | None
    entity: Entity | None
    title: str
    why: Reason | None
    """Why it was stopped or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """A run in full. What it carried is for those only who may see everything."""

    shown: Shown
    differences: tuple[Difference, ...]
    kind: str
    steps: tuple[ShownStep, ...]
    who: str
    by: Shown | None
    """The run of a rule that made the change."""
    told: tuple[Detail, ...]
    """What came in with it: of a form, a mail, another system, whoever pressed the button."""
    took: Decimal | None
    rule: ShownRule | None
    titles: Mapping[tuple[str, UUID], str]
    open: bool
    waited: bool
    """Whether some of it was kept before it failed."""
    because: Because = Because()
    """How its condition came out, with the values that it read."""


@get("/workflows/{id:uuid}")
async def run(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """One run: what came in, each step with its result."""
    return desk.page("page_run.html", here=HERE, found=await desk.read(_run, id, desk.locale))


@post("/workflows/{id:uuid}", status_code=200)
async def again(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """Lets a run that failed begin once more."""
    desk.must_open("rules")
    done = await desk.write(try_again, id)
    said = desk.say("The rule runs again.") if done else desk.say("This run has not failed.")
    return desk.redirect(f"/workflows/{id}", said)


@post("/workflows/{id:uuid}/on", status_code=200)
async def on(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """Lets a run that waits go on, as if its time had come."""
    desk.must_open("rules")
    done = await desk.write(go_on, id)
    said = desk.say("The run goes on.") if done else desk.say("This run does not wait any more.")
    return desk.redirect(f"/workflows/{id}", said)


@post("/workflows/{id:uuid}/cancel", status_code=200)
async def end(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """Ends a run that is due or waits."""
    desk.must_open("rules")
    done = await desk.write(cancel, id)
    said = desk.say("The run was cancelled.") if done else desk.say("This run has ended already.")
    return desk.redirect(f"/workflows/{id}", said)


def shown_run(work: Work, run: Run, titles: Mapping[tuple[str, UUID], str]) -> Shown:
    """A run as lists show it."""
    return Shown(
        run=run,
        workflow=work.model.workflows.get(run.workflow),
        entity=work.model.entities.get(run.entity),
        title=titles.get((run.entity, run.record), ""),
        why=with_labels(work.model, run.why) if run.why is not None else None,
    )


def _run(work: Work, id: UUID, locale: Locale) -> ShownRun:
    run = find_run(work, id)
    if run is None:
        raise Missing(HERE, id)
    titles = dict(records.titles(work, [(run.entity, run.record)] if run.entity in work.model.entities else []))
    if not titles and not work.access.admin:
        raise Missing(HERE, id)
    change = input_of(work, run)
    entity = work.model.entities.get(change.entity) if change else None
    # Who may read the record may not read every row of it.
    told = entity and (work.access.admin or change.record == run.record)
    changed = _told(differences(work, entity, change), change.kind) if told else ()
    steps = step_log(work, run.id)
    people = work.model.playing("user")
    pointed = {
        pair for each in changed for value in (each.before, each.after) for pair in ends(work, each.field, value)
    }
    titles |= records.titles(work, list(mentioned(work, steps, run.entity, run.actor) | pointed))
    name = titles.get((people.name, run.actor), "") if people and run.actor else ""
    is_open = work.access.admin
    shown = shown_run(work, run, titles)
    written = messages.letters(work.connection, run=run.id, limit=None)[::-1]
    return ShownRun(
        shown=shown,
        differences=changed,
        kind=_kind(run, change),
        steps=tuple(shown_step(work, each, run.entity, run.at, titles, written) for each in steps),
        who=name,
        by=_before(work, run),
        told=tuple(details(work, payload_of(run), {}, titles)) if is_open else (),
        took=seconds(run.ended_at - run.at) if run.ended_at else None,
        rule=rule(shown.workflow, work.model, locale) if shown.workflow else None,
        titles=titles,
        open=is_open,
        waited=bool(run.position),
        because=because(work, shown.workflow, run) if is_open and shown.workflow else Because(),
    )


def _kind(run: Run, change: Change | None) -> str:
    """What happened: a kind of change, `time`, what came from outside, or `related` when it happened to a row of the
    record."""
    if change is None or change.kind in COME_IN:
        return change.kind if change else ""
    if run.cause.get("trigger"):
        return "time"
    return change.kind if change.record == run.record else "related"


def _told(found: tuple[Difference, ...], kind: str) -> tuple[Difference, ...]:
    """Of a record that was made, only what was filled in."""
    return tuple(each for each in found if kind != "created" or each.after not in (None, False, (), ""))


def _before(work: Work, run: Run) -> Shown | None:
    """The run whose change started this one, when a rule made it."""
    id = id_in(str(run.cause.get("run") or ""))
    before = find_run(work, id) if id else None
    return shown_run(work, before, {}) if before else None


handlers = [run, again, on, end]
