"""Who calls the API: one unit of work finds the key's person and does what was asked."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from litestar import Request

from customary.engine import people
from customary.engine.people.actor import Actor
from customary.engine.records import Cause, Work
from customary.ui.api.problem import ApiProblem
from customary.ui.looker import seen_as
from customary.ui.visitor import SESSION, cookie_of

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

Result = TypeVar("Result")
BEARER = "Bearer "
STAMP_EVERY_SECONDS = 60.0
MOST_STAMPS = 10_000
_stamped: dict[str, float] = {}
"""When this process last noted the use of a key, so that reading does not write."""


async def read(request: Request, fn: Callable[..., Result], *args: Any) -> Result:
    """`fn(work, *args)` on a reading connection, as the key's person. Raises ApiProblem for nobody."""
    workspace: Workspace = request.app.state.workspace
    return await _noted(workspace, request, workspace.database.reading(_in_work, workspace, request, False, fn, args))


async def read_at_once(request: Request, fn: Callable[..., Result], *args: Any) -> Result:
    """The same over wires, where that can be: for what asks little and reckons little."""
    workspace: Workspace = request.app.state.workspace
    return await _noted(workspace, request, workspace.database.at_once(_in_work, workspace, request, False, fn, args))


async def write(request: Request, fn: Callable[..., Result], *args: Any) -> Result:
    """`fn(work, *args)` as one transaction, as the key's person. Raises ApiProblem for nobody."""
    workspace: Workspace = request.app.state.workspace
    return await _noted(workspace, request, workspace.database.writing(_in_work, workspace, request, True, fn, args))


def moment() -> datetime:
    return datetime.now(UTC)


def _in_work(
    connection: Any, workspace: Workspace, request: Request, writes: bool, fn: Callable[..., Result], args: tuple
) -> Result:
    release = workspace.releases.current()
    if release is None:
        raise ApiProblem(503, "Nothing is applied yet.")
    now = moment()
    actor, calls = _actor(connection, request, release, now)
    if actor is None or calls is None:
        detail = "Send a key that is in force: Authorization: Bearer ..."
        raise ApiProblem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="Customary"'})
    request.scope.setdefault("state", {})["caller"] = calls.id, release.model.settings.calls_per_minute
    if seconds := request.app.state.quota.wait(calls.id):
        raise ApiProblem(429, "Too many calls. Wait a little.", headers={"Retry-After": str(seconds)})
    if writes and actor.limits.read_only:
        raise ApiProblem(403, "This key may only read.")
    return fn(Work(connection, release, actor, now, Cause("api")), *args)


def _actor(connection: Any, request: Request, release: Any, now: datetime) -> tuple[Actor | None, Actor | None]:
    """The key's person; without a key, whoever is signed in to the pages. And who that is who calls, where they look
    as somebody else."""
    given = request.headers.get("Authorization")
    if given is None:
        token = cookie_of(request, SESSION)
        actor = people.actor_of_session(connection, token, release, now) if token else None
        return seen_as(connection, request, release, actor) or actor, actor
    if not given.startswith(BEARER):
        return None, None
    actor = people.actor_of_key(connection, given[len(BEARER) :].strip(), release, now)
    return actor, actor


def recalled(request: Request) -> Actor | None:
    """The key's person, if a request found that out within the last second under the release of today."""
    given = request.headers.get("Authorization", "")
    release = request.app.state.workspace.releases.current()
    if release is None or not given.startswith(BEARER):
        return None
    return people.recalled_by_key(given[len(BEARER) :].strip(), release)


async def _noted(workspace: Workspace, request: Request, work: Awaitable[Result]) -> Result:
    """What a unit of work gives; the call is counted, and the use of its key noted."""
    try:
        result = await work
    finally:
        await request.app.state.quota.count(
            workspace.database, *request.scope.get("state", {}).get("caller", (None, 0))
        )
    await _stamp(workspace, request)
    return result


async def _stamp(workspace: Workspace, request: Request) -> None:
    given = request.headers.get("Authorization")
    at = time.monotonic()
    if given is None or at - _stamped.get(given, -STAMP_EVERY_SECONDS) < STAMP_EVERY_SECONDS:
        return
    if len(_stamped) >= MOST_STAMPS:
        _stamped.clear()
    _stamped[given] = at
    await workspace.database.writing(people.stamp_key, given[len(BEARER) :].strip(), datetime.now(UTC))
