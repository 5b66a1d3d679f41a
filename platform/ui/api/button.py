"""Pressing a record's buttons over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from customary.engine import automation
from customary.engine.records import Missing, Work
from customary.ui.api import asked
from customary.ui.api.body import json_object
from customary.ui.api.caller import write
from customary.ui.api.problem import ApiProblem
from customary.ui.api.record import send


@post("/{entity:str}/{id:str}/buttons/{workflow:str}")
async def press_button(
    request: Request, entity: FromPath[str], id: FromPath[str], workflow: FromPath[str]
) -> Response[bytes]:
    """Begins a run of a workflow that has a button on the record."""
    if unknown := next(iter(await json_object(request)), None) if await request.body() else None:
        raise ApiProblem(400, f"“{unknown}” is not understood: the button asks for nothing.")
    return send(await write(request, _press, entity, asked.identifier(entity, id), workflow), 202)


def _press(work: Work, entity: str, id: UUID, workflow: str) -> dict[str, Any]:
    if entity not in work.model.entities:
        raise Missing(entity)
    run = automation.press(work, entity, id, workflow)
    return {"run": str(run), "status": automation.find_run(work, run).status}


handlers = [press_button]
