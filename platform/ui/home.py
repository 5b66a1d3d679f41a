"""The home page: my open tasks, my open records, what happened lately."""

from __future__ import annotations

from litestar import Response, get

from customary.ui.desk import Desk


@get("/")
async def home(desk: Desk) -> Response:
    desk.me  # noqa: B018 - a stranger signs in first
    return desk.page("page_home.html", here="home")


handlers = [home]
