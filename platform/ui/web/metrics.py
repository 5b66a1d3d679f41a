"""Figures for Prometheus at `/metrics`, for whoever has the token in `CUSTOMARY_METRICS_TOKEN`."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio.to_thread
from litestar import Request, Response, get

from customary.engine.automation.watching.gauges import Gauge, gauges
from customary.engine.environment import secret

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

TOKEN = "CUSTOMARY_METRICS_TOKEN"  # noqa: S105 - the name of a variable
FORM = "text/plain; version=0.0.4"


@get("/metrics")
async def metrics(request: Request) -> Response[str]:
    token = secret(TOKEN)
    if not token:
        return Response("There are no figures here: set CUSTOMARY_METRICS_TOKEN.\n", status_code=404, media_type=FORM)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        refused = {"WWW-Authenticate": "Bearer"}
        return Response("The token is another one.\n", status_code=401, media_type=FORM, headers=refused)
    status, text = await anyio.to_thread.run_sync(_told, request.app.state.workspace)
    return Response(text, status_code=status, media_type=FORM, headers={"Cache-Control": "no-store"})


def _told(workspace: Workspace) -> tuple[int, str]:
    release = workspace.releases.current()
    if release is None:
        return 503, "Nothing is applied.\n"
    with workspace.database.read() as connection:
        return 200, "".join(map(_lines, gauges(connection, datetime.now(UTC), release.number)))


def _lines(gauge: Gauge) -> str:
    name = f"customary_{gauge.name}"
    values = (f"{name}{_labels(labels)} {value:g}\n" for labels, value in gauge.values)
    return f"# HELP {name} {gauge.says}\n# TYPE {name} gauge\n{''.join(values)}"


def _labels(labels: dict[str, str]) -> str:
    """Names of rules and statuses: words of letters and underscores, which need no escape."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}" if labels else ""


handlers = [metrics]
