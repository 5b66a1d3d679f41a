"""Deciding over the API: what is asked of whoever holds the key, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import automation
from customary.engine.fields.field import Refusal
from customary.engine.records import FieldProblem, Refused, Work
from customary.engine.records.deciding.decisions import Decision
from customary.ui.api import asked
from customary.ui.api.body import json_object
from customary.ui.api.caller import read, write
from customary.ui.api.problem import ApiProblem
from customary.ui.api.record import send

KEYS = {"approved": bool, "note": str, "values": dict, "seen": str}


@get("/decide")
async def list_decisions(request: Request) -> Response[bytes]:
    """What waits for the caller's decision, newest first; `after` is the id of the last one of the page before."""
    after = asked.parameters(request, ("after",)).get("after")
    return send(await read(request, _list, asked.identifier("decide", after[0]) if after else None))


@get("/decide/{id:str}")
async def read_decision(request: Request, id: FromPath[str]) -> Response[bytes]:
    """One of them, with the values that are to be filled in, and what an approval would be given for (`seen`)."""
    return send(await read(request, _read, asked.identifier("decide", id)))


@post("/decide/{id:str}", status_code=200)
async def answer_decision(request: Request, id: FromPath[str]) -> Response[bytes]:
    """Approves or refuses, with a note and the values that were asked for."""
    data = await json_object(request)
    for key, value in data.items():
        if not isinstance(value, KEYS.get(key, ())):
            raise ApiProblem(400, f"“{key}” is not understood. Send approved (true or false), note, values, seen.")
    if "approved" not in data:
        raise ApiProblem(400, "“approved” is missing: true or false.")
    await write(request, _answer, asked.identifier("decide", id), data)
    return send({"approved": data["approved"]})


def _list(work: Work, after: UUID | None) -> dict[str, Any]:
    return {"items": [_told(work, each) for each in automation.to_decide(work, after)]}


def _read(work: Work, id: UUID) -> dict[str, Any]:
    found = automation.find_asked(work, id)
    more = {"values": list(found.fields or found.inputs or ()), "seen": found.seen or None}
    return {**_told(work, found.decision), **more}


def _told(work: Work, each: Decision) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "at": each.at.isoformat(),
        "text": each.text.get(work.actor.language) or next(iter(each.text.values()), ""),
        "entity": each.entity,
        "record": str(each.record) if each.record else None,
        "stage": each.stage,
        "due": each.due.isoformat() if each.due else None,
    }


def _answer(work: Work, id: UUID, data: Mapping[str, Any]) -> None:
    found = automation.find_asked(work, id)
    fields = found.inputs or {}
    if found.fields and found.decision.entity:
        fields = work.model.entities[found.decision.entity].fields
    values, problems = {}, []
    for name, item in data.get("values", {}).items():
        try:
            values[name] = fields[name].from_json(item) if name in fields and item is not None else item
        except Refusal as refusal:
            problems.append(FieldProblem(name, refusal.reason, fields[name].label))
    if problems:
        raise Refused(problems)
    automation.answer(work, id, data["approved"], values, data.get("note", ""), data.get("seen", ""))


handlers = [list_decisions, read_decision, answer_decision]
