"""Pressing buttons over the API: on a record, for many, or about none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from customary.engine import automation
from customary.engine.fields.field import Refusal
from customary.engine.records import FieldProblem, Missing, Refused, Work
from customary.ui.api import asked
from customary.ui.api.body import MOST_ITEMS, json_object
from customary.ui.api.caller import write
from customary.ui.api.problem import ApiProblem
from customary.ui.api.record import send


@post("/{entity:str}/{id:str}/buttons/{workflow:str}")
async def press_button(
    request: Request, entity: FromPath[str], id: FromPath[str], workflow: FromPath[str]
) -> Response[bytes]:
    """Begins a run of a workflow that has a button on the record; the body holds what it asks for."""
    values = await _body(request)
    return send(await write(request, _press, entity, asked.identifier(entity, id), workflow, values), 202)


@post("/{entity:str}/buttons/{workflow:str}")
async def press_for_many(request: Request, entity: FromPath[str], workflow: FromPath[str]) -> Response[bytes]:
    """Begins a run for each of the records, or for none where one refuses."""
    body = await _body(request)
    ids, values = body.get("ids"), body.get("values", {})
    if not isinstance(ids, list) or not isinstance(values, dict) or body.keys() - {"ids", "values"}:
        raise ApiProblem(400, 'Send {"ids": [...], "values": {...}}.')
    if len(ids) > MOST_ITEMS:
        raise ApiProblem(413, f"At most {MOST_ITEMS} records fit in one request; {len(ids)} were sent.")
    records = [asked.identifier(entity, str(id)) for id in ids]
    return send(await write(request, _press_many, entity, records, workflow, values), 202)


@post("/buttons/{workflow:str}")
async def press_alone(request: Request, workflow: FromPath[str]) -> Response[bytes]:
    """Begins a run of a button that is about no record; the body holds what it asks for."""
    return send(await write(request, _press_alone, workflow, await _body(request)), 202)


async def _body(request: Request) -> dict[str, Any]:
    return await json_object(request) if await request.body() else {}


def _press(work: Work, entity: str, id: UUID, workflow: str, data: Mapping[str, Any]) -> dict[str, Any]:
    _check_entity(work, entity)
    return _told(work, automation.press(work, entity, id, workflow, _values(work, workflow, data)))


def _press_many(work: Work, entity: str, ids: list[UUID], workflow: str, data: Mapping[str, Any]) -> dict[str, Any]:
    _check_entity(work, entity)
    runs = automation.press_many(work, entity, ids, workflow, _values(work, workflow, data))
    return {"items": [_told(work, run) for run in runs]}


def _press_alone(work: Work, workflow: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return _told(work, automation.press_alone(work, workflow, _values(work, workflow, data)))


def _check_entity(work: Work, entity: str) -> None:
    if entity not in work.model.entities:
        raise Missing(entity)


def _told(work: Work, run: UUID) -> dict[str, Any]:
    return {"run": str(run), "status": automation.find_run(work, run).status}


def _values(work: Work, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as the inputs of the button take it; the button itself says what it does not know."""
    workflow = work.model.workflows.get(name)
    fields = automation.inputs_of(workflow) if workflow is not None else {}
    values, problems = {}, []
    for key, item in data.items():
        try:
            values[key] = fields[key].from_json(item) if key in fields and item is not None else item
        except Refusal as refusal:
            problems.append(FieldProblem(key, refusal.reason, fields[key].label))
    if problems:
        raise Refused(problems)
    return values


handlers = [press_button, press_for_many, press_alone]
