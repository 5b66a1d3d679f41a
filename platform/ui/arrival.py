"""Arrival: who comes with a request, and the desk that they get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from litestar import Request
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import HTTPException

from customary.engine import people
from customary.engine.people.actor import Actor
from customary.engine.records.refusal import Forbidden
from customary.engine.releases import Release
from customary.ui.desk import LOOKS_ONLY, Desk
from customary.ui.looker import seen_as
from customary.ui.visitor import SESSION, cookie_of

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

OPEN_TO_LOOKERS = ("/looking/end", "/sign-out")
STAMP_EVERY = timedelta(minutes=5)
STAMPS_KEPT = 10_000


async def open_desk(request: Request) -> Desk:
    """The desk of a request: one unit of work finds the release and the person."""
    kept = request.scope.setdefault("state", {}).get("desk")
    if kept:
        return kept
    workspace = request.app.state.workspace
    token = cookie_of(request, SESSION)
    release, actor, looker = await workspace.database.at_once(_who, workspace, request, token)
    desk = Desk(request, workspace, release, actor, datetime.now(UTC), looker)
    request.scope["state"]["desk"] = desk
    await _count(request, workspace, looker or actor, release)
    if looker is not None and request.method not in ("GET", "HEAD") and request.url.path not in OPEN_TO_LOOKERS:
        raise Forbidden(LOOKS_ONLY)
    if actor and token and _is_due(request, token, desk.now):
        desk.afterwards = BackgroundTask(workspace.database.writing, people.stamp, token, desk.now)
    return desk


async def _count(request: Request, workspace: Workspace, person: Actor | None, release: Release) -> None:
    """Raises HTTPException for who calls without end."""
    quota, who = request.app.state.quota, person.id if person else None
    if seconds := quota.wait(who):
        raise HTTPException(status_code=429, headers={"Retry-After": str(seconds)})
    await quota.count(workspace.database, who, release.model.settings.calls_per_minute)


def _is_due(request: Request, token: str, now: datetime) -> bool:
    """Whether to note that a session is in use, so that it does not run out under somebody's hands."""
    stamped: dict[str, datetime] = request.app.state.setdefault("stamped", {})
    if token in stamped and now - stamped[token] < STAMP_EVERY:
        return False
    if len(stamped) > STAMPS_KEPT:
        stamped.clear()
    stamped[token] = now
    return True


def _who(
    connection: Any, workspace: Workspace, request: Request, token: str | None
) -> tuple[Release, Actor | None, Actor | None]:
    """The release, who asks, and the administrator who looks as them, if one does."""
    release = workspace.releases.current()
    if release is None:
        raise HTTPException(status_code=503, detail="Nothing is applied yet. Run: customary apply")
    actor = people.actor_of_session(connection, token, release) if token else None
    seen = seen_as(connection, request, release, actor)
    return (release, actor, None) if seen is None else (release, seen, actor)
