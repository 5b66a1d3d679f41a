"""The inbox: what rules and colleagues have told a person."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post

from customary.engine import messages, records
from customary.engine.messages import Notification
from customary.engine.records.record import Titles
from customary.engine.records.work import Work
from customary.ui.desk import Desk

SHOWN = 100


@get("/inbox")
async def inbox(desk: Desk) -> Response:
    told, titles = await desk.read(_told)
    return desk.page("page_inbox.html", here="inbox", told=told, titles=titles, now=desk.now)


@get("/inbox/count")
async def count(desk: Desk) -> Response:
    """The number beside the rail's inbox; it comes after the page."""
    return desk.part("part_inbox_count.html", unread=await desk.read(messages.unread_count))


@post("/inbox/read", status_code=200)
async def read_all(desk: Desk) -> Response:
    await desk.write(messages.mark_read)
    return desk.redirect("/inbox")


@post("/inbox/{id:uuid}", status_code=200)
async def follow(desk: Desk, id: UUID) -> Response:
    """Notes that one was read, and goes on to what it is about."""
    told = await desk.write(_follow, id)
    return desk.redirect(f"/{told.entity}/{told.record}" if told and told.entity else "/inbox")


def _told(work: Work) -> tuple[list[Notification], Titles]:
    told = messages.newest(work, SHOWN)
    about = {(each.entity, each.record) for each in told if each.entity and each.record}
    return told, records.titles(work, about)


def _follow(work: Work, id: UUID) -> Notification | None:
    messages.mark_read(work, id)
    return next((each for each in messages.newest(work, SHOWN) if each.id == id), None)


handlers = [inbox, count, read_all, follow]
