"""Looking at everything as somebody else sees it: for administrators, marked and logged; nothing can be changed."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from customary.engine import people
from customary.engine.records.refusal import Forbidden, Missing
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk
from customary.ui.looker import LOOKING


@post("/settings/people/{id:uuid}/look", status_code=200)
async def look(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """Begins: what the administrator sees from here on is what that person sees."""
    if not desk.access.admin or desk.looker is not None:
        raise Forbidden(Reason("Your role does not allow this."))
    await desk.write(_begin, id)
    desk.cookie(LOOKING, str(id), max_age=None)
    return desk.redirect("/")


@post("/looking/end", status_code=200)
async def end(desk: AtDesk) -> Response:
    """Back to what one sees oneself."""
    seen = desk.me.id if desk.looker is not None else None
    desk.cookie(LOOKING, "", max_age=0)
    return desk.redirect(f"/settings/people/{seen}" if seen else "/")


def _begin(work: Work, id: UUID) -> None:
    other = people.actor_of_user(work.connection, id, work.release)
    if other is None or other.id == work.actor.id:
        raise Missing("user", id)
    work.audit("looked_as", work.model.playing("user").name, id, whose=other.email)


handlers = [look, end]
