"""The rules and what they did: the list of runs, what is done to many of them, and pausing a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.automation import (
    Figures,
    Paused,
    Wanted,
    cancel,
    count,
    figures,
    go_on,
    pause,
    paused,
    resume,
    runs_of,
    try_again,
)
from customary.engine.automation.watching.because import Told, why
from customary.engine.automation.watching.figures import begins_next
from customary.engine.model.workflow import Workflow
from customary.engine.records.refusal import Forbidden, Missing
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk
from customary.ui.rules.details import id_in
from customary.ui.rules.rule import rule
from customary.ui.rules.runs import HERE, Shown, shown_run

SIZE = 50
STATUSES = ("done", "due", "held", "waiting", "stopped", "failed")
DAYS = (1, 7, 30)
ACTS: Mapping[str, tuple[Callable[[Work, Wanted], int], tuple[str, ...]]] = {
    "again": (try_again, ("failed",)),
    "on": (go_on, ("waiting",)),
    "cancel": (cancel, ("due", "held", "waiting")),
}
"""What may be done to many runs, and in which statuses they stand then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How a rule fares: its runs of the last 30 days, when time begins it next, and whether it is paused."""

    figures: Figures
    next: datetime | None = None
    paused: Paused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of runs, how many there are in all, and how the rules fare."""

    runs: list[Shown]
    next: str
    total: int
    lives: Mapping[str, Life]
    title: str
    """Of the record whose runs are wanted."""


@get("/workflows")
async def workflows(desk: AtDesk, request: Request) -> Response:
    """The rules of this workspace, and their newest runs."""
    wanted = _wanted(request.query_params)
    chosen = desk.model.workflows.get(wanted["workflow"])
    rules = [chosen] if chosen else [] if wanted["record"] else list(desk.model.workflows.values())
    listed = await desk.read(_listed, wanted, rules)
    shown = [rule(each, desk.model, desk.locale) for each in rules]
    values = {"rules": shown, "chosen": chosen, "listed": listed, "wanted": wanted, "days": DAYS, "acts": ACTS}
    if desk.htmx:
        return desk.part("part_runs.html", **values)
    return desk.page("page_workflows.html", here=HERE, **values)


@post("/workflows", status_code=200)
async def do_with_many(desk: AtDesk, request: Request) -> Response:
    """Lets the runs that were chosen begin again or go on, or cancels them; or all that are listed."""
    desk.must_open("rules")
    form = await request.form()
    wanted = _wanted(form)
    act, _, whole = str(form.get("act", "")).partition(" ")
    ids = tuple(id for each in form.getall("id", []) if (id := id_in(str(each))) is not None)
    done = 0
    if act in ACTS:
        meant = _meant(desk.now, wanted)
        done = await desk.write(ACTS[act][0], meant if whole else Wanted(ids=ids))
    return desk.redirect(_address(wanted), desk.count_say("Done with {count} run.", "Done with {count} runs.", done))


@post("/workflows/{name:str}/pause", status_code=200)
async def pause_it(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """Pauses a rule, or lets it go on with what happened meanwhile or without."""
    desk.must_open("rules")
    if name not in desk.model.workflows or desk.model.workflows[name].before:
        raise Missing(HERE, name)
    act = (await request.form()).get("act")
    if act == "pause":
        await desk.write(pause, name)
        said = desk.say("The rule is paused.")
    else:
        said = _resumed(desk, act == "skip", await desk.write(resume, name, act == "skip"))
    return desk.redirect(f"/workflows?workflow={name}", said)


@get("/workflows/{name:str}/why/{record:uuid}")
async def explained(desk: AtDesk, name: FromPath[str], record: FromPath[UUID]) -> Response:
    """Why a rule did something for a record, or nothing; it tells what all rules read, so administrators only ask."""
    if not desk.access.admin:
        raise Forbidden(Reason("Why a rule did something is told to administrators only."))
    workflow = desk.model.workflows.get(name)
    if workflow is None or workflow.entity not in desk.model.entities:
        raise Missing(HERE, name)
    told, title, titles, is_paused = await desk.read(_explained, workflow, record)
    values = {"workflow": workflow, "told": told, "title": title, "titles": titles, "record": record}
    return desk.page("page_why.html", here=HERE, paused=is_paused, **values)


def _resumed(desk: Desk, skipped: bool, number: int) -> str:
    if skipped:
        return desk.count_say("{count} run was skipped.", "{count} runs were skipped.", number)
    return desk.count_say("The rule goes on, with {count} run.", "The rule goes on, with {count} runs.", number)


def _wanted(given: Any) -> dict[str, str]:
    found = {name: str(given.get(name, "")) for name in ("workflow", "status", "record", "days", "before")}
    found["status"] = found["status"] if found["status"] in STATUSES else ""
    found["days"] = found["days"] if found["days"] in map(str, DAYS) else ""
    found["record"] = str(id_in(found["record"]) or "")
    return found


def _meant(now: datetime, wanted: Mapping[str, str]) -> Wanted:
    return Wanted(
        workflow=wanted["workflow"] or None,
        status=wanted["status"] or None,
        record=id_in(wanted["record"]),
        since=now - timedelta(days=int(wanted["days"])) if wanted["days"] else None,
    )


def _address(wanted: Mapping[str, str]) -> str:
    return f"/workflows?{urlencode({name: value for name, value in wanted.items() if value and name != 'before'})}"


def _listed(work: Work, wanted: Mapping[str, str], rules: list[Workflow]) -> Listed:
    """The newest runs over records that this person may read."""
    meant = _meant(work.now, wanted)
    found = runs_of(work, before=id_in(wanted["before"]), limit=SIZE, **vars(meant))
    titles = records.titles(work, [(each.entity, each.record) for each in found if each.entity in work.model.entities])
    seen = [each for each in found if work.access.admin or (each.entity, each.record) in titles]
    return Listed(
        runs=[shown_run(work, each, titles) for each in seen],
        next=str(found[-1].id) if len(found) == SIZE else "",
        total=count(work, meant) if work.access.may_open("rules") and wanted["status"] else 0,
        lives=_lives(work, rules) if work.access.may_open("rules") else {},
        title=next(iter(titles.values()), "") if wanted["record"] else "",
    )


def _lives(work: Work, rules: list[Workflow]) -> Mapping[str, Life]:
    found, stopped = figures(work), paused(work)
    alone = len(rules) == 1
    return {
        each.name: Life(
            figures=found.get(each.name, Figures()),
            next=begins_next(work, each) if alone else None,
            paused=stopped.get(each.name),
        )
        for each in rules
    }


def _explained(work: Work, workflow: Workflow, record: UUID) -> tuple[list[Told], str, Mapping, bool]:
    told = why(work, workflow, record)
    read = (each for one in told for each in one.because.values)
    linked = {(each.field.to, each.value) for each in read if _leads(each)}
    people = work.model.playing("user")
    actors = {(people.name, one.look.change.actor) for one in told if people and one.look.change.actor}
    titles = records.titles(work, [(workflow.entity, record), *linked, *actors])
    return told, titles.get((workflow.entity, record), ""), titles, workflow.name in paused(work)


def _leads(each: Any) -> bool:
    return each.field is not None and each.field.points == "one" and isinstance(each.value, UUID) and each.field.to


handlers = [workflows, do_with_many, pause_it, explained]
