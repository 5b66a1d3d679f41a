"""Where other systems call: `POST /hooks/NAME`, signed, in the form of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response, Router, post
from litestar.params import FromPath

from customary.engine.automation.outside.hooks import Incoming, NotTaken, take_call
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Cause, Work
from customary.ui.api import problem
from customary.ui.api.problem import ApiProblem
from customary.ui.web.rate import Rate

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

MOST_BYTES = 1024 * 1024
LONGEST_KEY = 255
rate = Rate("hooks", at_once=200, per_second=50)
"""For each address that calls, whatever hook it calls or makes up."""


@post("/{name:str}", request_max_body_size=MOST_BYTES)
async def call(request: Request, name: FromPath[str]) -> Response[bytes]:
    """Takes a call and answers 202 with the runs it began; 200 for one that was taken before."""
    workspace: Workspace = request.app.state.workspace
    if seconds := await rate.wait(request, workspace.database):
        raise ApiProblem(429, "Too many calls. Wait a little.", headers={"Retry-After": str(seconds)})
    incoming = Incoming(
        await request.body(), {name.lower(): text for name, text in request.headers.items()}, _key(request)
    )
    runs = await workspace.database.writing(_take, workspace, name, incoming)
    told = {"status": "taken before"} if runs is None else {"status": "taken", "runs": [str(run) for run in runs]}
    return Response(
        msgspec.json.encode(told),
        status_code=200 if runs is None else 202,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        raise ApiProblem(400, f"An Idempotency-Key has at most {LONGEST_KEY} characters.")
    return key


def _take(connection: Any, workspace: Workspace, name: str, incoming: Incoming) -> Any:
    release = workspace.releases.load(connection)
    if release is None:
        raise ApiProblem(503, "Nothing is applied yet.")
    try:
        return take_call(Work(connection, release, SYSTEM, datetime.now(UTC), Cause("webhook")), name, incoming)
    except NotTaken as error:
        raise ApiProblem(error.status, str(error.why)) from error


router = Router("/hooks", route_handlers=[call], exception_handlers=dict(problem.handlers), opt={"public": True})
handlers = [router]
