"""Dashboards: a page of tiles, each told with the rights of whoever looks."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from customary.engine import analysis
from customary.ui.dashboard.drawn import Drawn
from customary.ui.desk import AtDesk


@get("/dashboards/{name:str}")
async def dashboard(desk: AtDesk, name: FromPath[str]) -> Response:
    answers = await desk.read(analysis.tell, name)
    return desk.page(
        "page_dashboard.html",
        here=f"dashboards/{name}",
        dashboard=desk.model.dashboards[name],
        tiles=[Drawn(desk, each) for each in answers],
        now=desk.now,
    )


handlers = [dashboard]
