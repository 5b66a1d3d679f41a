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
    if await anyio.to_thread.run_sync(_is_ready, request.app.state.workspace):
        return Response("ready\n", media_type="text/plain")
    return Response("not ready\n", status_code=503, media_type="text/plain")


def _is_ready(workspace: Workspace) -> bool:
    try:
        return workspace.releases.current() is not None
    except Exception:  # noqa: BLE001 - whatever stops the database from answering, the answer is no
        return False


handlers = [health, ready]
