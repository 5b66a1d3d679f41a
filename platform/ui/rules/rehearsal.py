"""A rule, as the folder of the workspace says it now, played over what has happened. For administrators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath

from customary.engine import records
from customary.engine.automation.rehearsal import Asked, CannotRehearse, Case, Rehearsal, Written, rehearse
from customary.engine.problem import DefinitionError, Problem
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.releases import Release
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.record.moment import Difference
from customary.ui.record.timeline import differences, ends
from customary.ui.rules.details import id_in, mentioned
from customary.ui.rules.steps import ShownStep, shown_step

HERE = "workflows"
DAYS = (7, 30, 90, 365)
USUAL = 30
SECONDS = 15.0
TELLING = ("choose", "for_each", "wait", "assign")
"""Kinds of step whose results are about what is there, and not about what would have been made."""
OTHER_TABLES = Reason(
    "The definitions in the folder call for other tables than there are. Apply those first, or use the command "
    "“customary rehearse workflow”, which works on a copy."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWritten:
    """A record that would have been written, with what would have changed."""

    written: Written
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """One thing that happened, and what the rule would have made of it, step by step.

    What changed then is told where one record is followed.
    """

    case: Case
    written: tuple[ShownWritten, ...]
    changed: tuple[Difference, ...] = ()
    steps: tuple[ShownStep, ...] = ()
    really: tuple[ShownStep, ...] = ()
    """Those that the rule in use took, where one record is followed."""


@get("/workflows/{name:str}/rehearsal")
async def ask(desk: AtDesk, name: FromPath[str]) -> Response:
    """What is to be rehearsed."""
    _only_admins(desk)
    release, problem = await anyio.to_thread.run_sync(_meant, desk)
    return _page(desk, name, release, problem, {})


@post("/workflows/{name:str}/rehearsal", status_code=200)
async def play(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """What would have come of it. Nothing is changed, sent or told."""
    _only_admins(desk)
    form = texts(await request.form())
    release, problem = await anyio.to_thread.run_sync(_meant, desk)
    if problem is not None or form.get("record") and id_in(form["record"].rpartition("/")[2]) is None:
        return _page(desk, name, release, problem or Reason("Paste the address of a record's page."), form, status=422)
    if name not in release.model.workflows:
        raise Missing(HERE, name)
    try:
        found = await anyio.to_thread.run_sync(rehearse, desk.workspace.database, release, name, _asked(form))
    except CannotRehearse as error:
        return _page(desk, name, release, error.reason, form, status=422)
    cases, titles = await desk.read(_shown, release, found)
    return _page(desk, name, release, None, form, found=found, cases=cases, titles=titles)


def _asked(form: Mapping[str, str]) -> Asked:
    now = datetime.now(UTC)
    days = int(form["days"]) if form.get("days") in map(str, DAYS) else USUAL
    record = form.get("record", "").rpartition("/")[2]
    return Asked(now - timedelta(days=days), now, id_in(record) if record else None, seconds=SECONDS)


def _meant(desk: Desk) -> tuple[Release | None, Reason | Problem | None]:
    """What the folder says, or why it cannot be rehearsed."""
    try:
        release = desk.workspace.draft()
    except DefinitionError as error:
        return None, error.problems[0]
    return release, None if release is not None else OTHER_TABLES


def _page(
    desk: Desk,
    name: str,
    release: Release | None,
    problem: Reason | Problem | None,
    form: Mapping[str, str],
    status: int = 200,
    **more: Any,
) -> Response:
    model = release.model if release is not None else desk.model
    if name not in model.workflows:
        raise Missing(HERE, name)
    values = {"workflow": model.workflows[name], "problem": problem, "form": form, "days": DAYS, "usual": USUAL}
    return desk.page("page_rehearsal.html", here=HERE, status=status, **values, **{"found": None, **more})


def _shown(work: Work, release: Release, found: Rehearsal) -> tuple[list[ShownCase], Mapping[tuple[str, UUID], str]]:
    """The cases with their differences, and the titles of the records that values lead to."""
    rehearsed = Work(work.connection, release, work.actor, work.now)
    cases = [_case(rehearsed, found, each) for each in found.cases]
    titles = records.titles(work, {pair for each in cases for pair in _pointed(rehearsed, each)})
    shown = [replace(each, steps=_steps(rehearsed, each.case, titles)) for each in cases]
    if found.asked.record is not None:
        shown = [replace(each, really=_really(rehearsed, each.case, titles)) for each in shown]
    return shown, titles


def _case(work: Work, found: Rehearsal, case: Case) -> ShownCase:
    written = case.trial.written if case.trial is not None else ()
    change = case.look.change
    is_told = found.asked.record is not None and change.before and change.entity in work.model.entities
    changed = differences(work, work.model.entities[change.entity], change) if is_told else ()
    return ShownCase(case=case, written=tuple(_written(work, each) for each in written), changed=changed)


def _pointed(work: Work, shown: ShownCase) -> Iterator[tuple[str, UUID]]:
    """The records that the values of a case lead to."""
    case = shown.case
    for each in (*shown.changed, *(one for written in shown.written for one in written.differences)):
        for value in (each.before, each.after):
            yield from ends(work, each.field, value)
    for each in case.because.values:
        if each.field is not None:
            yield from ends(work, each.field, each.value)
    if case.trial is not None:
        yield from mentioned(work, case.trial.steps, case.look.about[0], None)
    if case.really is not None:
        yield from mentioned(work, case.really[1], case.look.about[0], None)


def _steps(work: Work, case: Case, titles: Mapping[tuple[str, UUID], str]) -> tuple[ShownStep, ...]:
    """Its steps with what went in; what they would have made and sent is told beside them."""
    if case.trial is None:
        return ()
    begun, about = case.look.change.at, case.look.about[0]
    shown = (shown_step(work, each, about, begun, titles, ()) for each in case.trial.steps)
    return tuple(each if each.step.kind in TELLING else replace(each, result=()) for each in shown)


def _really(work: Work, case: Case, titles: Mapping[tuple[str, UUID], str]) -> tuple[ShownStep, ...]:
    if case.really is None:
        return ()
    run, steps = case.really
    return tuple(shown_step(work, each, run.entity, run.at, titles, ()) for each in steps)


def _written(work: Work, each: Written) -> ShownWritten:
    entity = work.model.entities[each.change.entity]
    changed = differences(work, entity, each.change)
    if each.change.kind == "created":
        changed = tuple(one for one in changed if one.after not in (None, False, (), ""))
    return ShownWritten(written=each, differences=changed)


def _only_admins(desk: Desk) -> None:
    if not desk.access.admin:
        raise PermissionDeniedException("Rules are rehearsed by administrators only.")


handlers = [ask, play]
