"""Signs of life for operators: `/health` says the process runs, `/ready` that it can serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio.to_thread
from litestar import Request, Response, get

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace


@get("/health")
async def health() -> Response[str]:
    return Response("ok\n", media_type="text/plain")


@get("/ready")
async def ready(request: Request) -> Response[str]:
    status, text = await anyio.to_thread.run_sync(_readiness, request.app.state.workspace)
    return Response(f"{text}\n", status_code=status, media_type="text/plain")


def _readiness(workspace: Workspace) -> tuple[int, str]:
    try:
        release, unusable = workspace.releases.look()
    except Exception:  # noqa: BLE001 - whatever stops the database from answering, the answer is no
        return 503, "not ready: the database does not answer"
    if release is None:
        return 503, "not ready: nothing is applied"
    served = f"ready: release {release.number}"
    return 200, f"{served}; release {unusable} cannot be used" if unusable else served


handlers = [health, ready]
