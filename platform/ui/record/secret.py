"""A secret shown: asked for by an act of its own, which the history tells of."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from customary.engine.records.refusal import Refused
from customary.engine.records.secrets import reveal
from customary.ui.desk import AtDesk
from customary.ui.entity import entity_of


@post("/{entity:str}/{id:uuid}/secret/{name:str}", status_code=200)
async def show_secret(desk: AtDesk, entity: FromPath[str], id: FromPath[UUID], name: FromPath[str]) -> Response:
    """The plain text, in the place of its mark; no browser keeps it."""
    found = entity_of(desk, entity, "read")
    try:
        text = await desk.write(reveal, found.name, id, name)
    except Refused as refused:
        problem = refused.problems[0]
        desk.toast(
            f"{found.fields[name].label.in_language(desk.language)} {desk.say_reason(problem.reason)}", kind="error"
        )
        return desk.nothing(422)
    desk.header("Cache-Control", "no-store")
    return desk.part("part_secret.html", name=name, text=text)


handlers = [show_secret]
