"""Changes of the definitions: what applying them would do, what was applied, and the way back. For administrators.

What is applied is what was shown: the form carries the digest of the plan, and when that is another one by now the new
plan is shown instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine.plan import CannotUndo, Drifted, InTheWay, OutOfDate, Plan, UnderWay, Unfit
from customary.engine.plan.history import applied, difference, history
from customary.engine.problem import DefinitionError, Problem
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.releases import newest_number
from customary.ui.desk import AtDesk, Desk, texts

SIZE = 50
HERE = "releases"
MOST_FILES = 50


@get("/settings/releases")
async def releases(desk: AtDesk, request: Request) -> Response:
    """What was applied, the newest first."""
    desk.must_open("releases")
    found = await desk.read(_history, _number(request.query_params.get("before")))
    following = str(found[-1].number) if len(found) == SIZE and found[-1].number > 1 else ""
    return desk.page("page_releases.html", here=HERE, releases=found, next=following)


@get("/settings/releases/{number:int}")
async def release(desk: AtDesk, request: Request, number: FromPath[int]) -> Response:
    """One release: its lines, and how its definitions differ from those before it or of any other."""
    desk.must_open("releases")
    against = _number(request.query_params.get("against"))
    values = await desk.read(_release, number, number - 1 if against is None else against)
    return desk.page("page_release.html", here=HERE, **values)


@get("/settings/plan")
async def plan(desk: AtDesk) -> Response:
    """What applying the definitions in the folder of the workspace would change."""
    desk.must_open("releases")
    return await _show(desk, desk.workspace.plan, "/settings/plan")


@post("/settings/plan", status_code=200)
async def apply(desk: AtDesk, request: Request) -> Response:
    """Applies the plan that was shown."""
    desk.must_open("releases")
    return await _do(desk, texts(await request.form()), desk.workspace.plan, "/settings/plan")


@get("/settings/releases/{number:int}/undo")
async def way_back(desk: AtDesk, number: FromPath[int]) -> Response:
    """What taking back a release, and all after it, would change."""
    desk.must_open("releases")
    return await _show(desk, lambda: desk.workspace.plan_undo(number), f"/settings/releases/{number}/undo")


@post("/settings/releases/{number:int}/undo", status_code=200)
async def undo(desk: AtDesk, request: Request, number: FromPath[int]) -> Response:
    """Takes back what was shown."""
    desk.must_open("releases")
    form = texts(await request.form())
    return await _do(desk, form, lambda: desk.workspace.plan_undo(number), f"/settings/releases/{number}/undo")


async def _show(desk: Desk, make: Callable[[], Plan], action: str, notice: str = "", status: int = 200) -> Response:
    found, problems = await anyio.to_thread.run_sync(_made, make)
    return desk.page(
        "page_plan.html", here=HERE, plan=found, problems=problems, action=action, notice=notice, status=status
    )


async def _do(desk: Desk, form: dict[str, str], make: Callable[[], Plan], action: str) -> Response:
    found, problems = await anyio.to_thread.run_sync(_made, make)
    if found is None or problems or found.problems or found.digest != form.get("digest"):
        said = desk.say("Something changed since this was shown. Look again before you apply it.")
        return await _show(desk, make, action, said, 409)
    try:
        made = await anyio.to_thread.run_sync(desk.workspace.apply, found, desk.me.email or desk.me.name)
    except (OutOfDate, Unfit, UnderWay, Drifted):
        said = desk.say("Something else was applied meanwhile. Look again before you apply it.")
        return await _show(desk, make, action, said, 409)
    except InTheWay:
        said = desk.say("Somebody worked on these records for so long that nothing was changed. Try it again.")
        return await _show(desk, make, action, said, 409)
    return desk.redirect(
        f"/settings/releases/{made.number}", desk.say("Release {number} is in use.", number=made.number)
    )


def _made(make: Callable[[], Plan]) -> tuple[Plan | None, tuple[Problem | str, ...]]:
    """A plan, or why there can be none."""
    try:
        return make(), ()
    except DefinitionError as error:
        return None, tuple(error.problems)
    except CannotUndo as error:
        return None, (str(error),)


def _history(work: Work, before: int | None) -> list[Any]:
    return history(work.connection, before, SIZE)


def _release(work: Work, number: int, against: int) -> dict[str, Any]:
    found, newest = applied(work.connection, number), newest_number(work.connection)
    if found is None or not 0 <= against <= newest:
        raise Missing(HERE, number)
    files = difference(work.connection, against, number)
    return {"release": found, "against": against, "newest": newest, "files": files[:MOST_FILES], "count": len(files)}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


handlers = [releases, release, plan, apply, way_back, undo]
