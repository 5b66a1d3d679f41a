"""Erasing a person: what would go and what would stay, and the button that does it. For administrators."""

from __future__ import annotations

from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import privacy
from customary.engine.records import titles
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, texts
from customary.ui.entity import entity_of


@get("/{entity:str}/{id:uuid}/erasure")
async def show(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """What erasing would do."""
    found = entity_of(desk, entity)
    try:
        erasure, title = await desk.read(_plan, found.name, id)
    except Refused as refused:
        said = "; ".join(desk.say_reason(each.reason) for each in refused.problems)
        return desk.redirect(f"/{entity}/{id}", f"{found.label.in_language(desk.language)} {said}")
    return desk.page("page_erasure.html", here=found.name, entity=found, id=id, title=title, erasure=erasure)


@post("/{entity:str}/{id:uuid}/erasure", status_code=200)
async def erase(desk: AtDesk, request: Request, entity: FromPath[str], id: FromPath[UUID]) -> Response:
    """Erases, for good."""
    found, why = entity_of(desk, entity), texts(await request.form()).get("why", "")
    gone = await desk.write(privacy.erase, found.name, id, why)
    privacy.throw_away(desk.workspace.files, gone)
    return desk.redirect(f"/{entity}/{id}", desk.say("The person is erased."))


def _plan(work: Work, entity: str, id: UUID) -> tuple[privacy.Erasure, str]:
    return privacy.plan_erasure(work, entity, id), titles(work, [(entity, id)]).get((entity, id), "")


handlers = [show, erase]
