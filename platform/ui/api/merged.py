"""Merging records over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from customary.engine import records
from customary.engine.messages import correspondence
from customary.engine.records import Missing, Work
from customary.ui.api import asked, shown
from customary.ui.api.body import json_object
from customary.ui.api.caller import write
from customary.ui.api.problem import ApiProblem
from customary.ui.api.record import send


@post("/{entity:str}/{id:str}/merged", status_code=200)
async def merge_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """Gives up another record for this one, which all that led to the other leads to then."""
    data = await json_object(request)
    if set(data) != {"record"} or not isinstance(data["record"], str):
        raise ApiProblem(400, 'Send {"record": "id"}, the id of the one that is given up.')
    ids = asked.identifier(entity, data["record"]), asked.identifier(entity, id)
    found = await write(request, _merge, entity, *ids)
    return send(found, tag=found.get("revision"))


def _merge(work: Work, entity: str, given_up: UUID, stays: UUID) -> dict[str, Any]:
    if entity not in work.model.entities:
        raise Missing(entity)
    correspondence.merge(work, entity, given_up, stays)
    return shown.record(work, records.get(work, entity, stays))


handlers = [merge_record]
