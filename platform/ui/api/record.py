"""REST over the records of every entity."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.params import FromPath

from customary.engine import automation, records
from customary.engine.records import Missing, Refused, Work, idempotency
from customary.engine.records.idempotency import Answer
from customary.ui.api import answers, asked, shown
from customary.ui.api.body import Given, and_more, given, json_object
from customary.ui.api.caller import read, read_at_once, write
from customary.ui.api.files import LARGEST_BODY, received
from customary.ui.api.problem import ApiProblem

LIST = ("where", "sort", "fields", "limit", "after", "count", "archived", "text")
TAG = re.compile(r'(?:W/)?"(\d{1,9})"\Z')
JSON = "application/json"


@get("/{entity:str}")
async def list_records(request: Request, entity: FromPath[str]) -> Response[bytes]:
    """A page of records."""
    wanted = asked.parameters(request, LIST)
    return send(await read_at_once(request, _list, entity, wanted))


@post("/{entity:str}", request_max_body_size=LARGEST_BODY)
async def create_record(request: Request, entity: FromPath[str]) -> Response[bytes]:
    """A new record."""
    data = await received(request, entity, await json_object(request))
    if "Idempotency-Key" in request.headers:
        return await once(request, entity, data, _create, entity, data)
    id = await write(request, _make, entity, data)
    made = await _told(request, entity, id)
    made.status_code = 201
    made.headers["Location"] = f"/api/{entity}/{id}"
    return made


@get("/{entity:str}/{id:str}")
async def read_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """One record, whole or some fields of it."""
    wanted, known = asked.parameters(request, ("fields",)), asked.identifier(entity, id)
    if not wanted:
        return await _told(request, entity, known)
    found = await read(request, _read, entity, known, wanted)
    return send(found, tag=found.get("revision"))


@patch("/{entity:str}/{id:str}", request_max_body_size=LARGEST_BODY)
async def update_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """Some fields of a record."""
    data = await received(request, entity, await json_object(request))
    known, revision = asked.identifier(entity, id), revision_of(request)
    await write(request, _update, entity, known, data, revision)
    return await _told(request, entity, known)


@delete("/{entity:str}/{id:str}", status_code=204)
async def delete_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> None:
    """A record, for good."""
    await write(request, _delete, entity, asked.identifier(entity, id), revision_of(request))


@put("/{entity:str}/{id:str}/stage")
async def move_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """The stage of a record; `values` may bring what the stage requires."""
    data, known = await json_object(request), asked.identifier(entity, id)
    await write(request, _move, entity, known, data, revision_of(request))
    return await _told(request, entity, known)


@put("/{entity:str}/{id:str}/approval")
async def ask_approval(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """Asks for the approvals that a stage wants before a record may enter it."""
    data = await json_object(request)
    if set(data) != {"stage"} or not isinstance(data["stage"], str):
        raise ApiProblem(400, 'Send {"stage": "name"}.')
    count = await write(request, automation.ask_approval, entity, asked.identifier(entity, id), data["stage"])
    return send({"asked": count})


@put("/{entity:str}/{id:str}/archive")
async def archive_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """A record, put away."""
    return await _written(request, _archive, entity, asked.identifier(entity, id), {}, revision_of(request))


@delete("/{entity:str}/{id:str}/archive", status_code=200)
async def restore_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """A record, taken back from the archive."""
    return await _written(request, _restore, entity, asked.identifier(entity, id), {}, None)


@get("/{entity:str}/{id:str}/history")
async def read_history(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """What happened to a record, the newest first."""
    wanted = asked.parameters(request, ("limit", "after"))
    return send(await read(request, _history, entity, asked.identifier(entity, id), wanted))


# Units of work ------------------------------------------------------------------------------------


def _list(work: Work, entity: str, wanted: dict[str, list[str]]) -> dict[str, Any]:
    _known(work, entity)
    query = asked.query(work, entity, wanted)
    page = records.look(work, entity, query)
    items = [shown.listed(work.model, each, query.fields) for each in page.records]
    return {"items": items, "next": page.next, "count": page.count}


def _read(work: Work, entity: str, id: UUID, wanted: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    _known(work, entity)
    only = asked.fields(work, entity, dict(wanted or {}))
    whole = shown.record(work, records.get(work.of_one(), entity, id))
    return whole if only is None else {name: whole[name] for name in ("id", *only) if name in whole}


def _read_on(work: Work, entity: str, id: UUID) -> tuple[dict[str, Any], answers.Entry | None]:
    """The record, and how its reader's next ones are told at once."""
    return _read(work, entity, id), answers.entry(work, entity)


def _create(work: Work, entity: str, data: Mapping[str, Any]) -> Answer:
    """The same with the answer in the transaction: it is kept with the write."""
    id = _make(work, entity, data)
    made = _read(work, entity, id)
    return Answer(201, made, {"Location": f"/api/{entity}/{id}", "ETag": f'"{made["revision"]}"'})


def _make(work: Work, entity: str, data: Mapping[str, Any]) -> UUID:
    sent = given(work.model, _known(work, entity), data)
    return hold(sent, lambda: records.create(work.of_one(), entity, sent.values, to_read=True))


def _update(work: Work, entity: str, id: UUID, data: Mapping[str, Any], revision: int | None) -> None:
    sent = given(work.model, _known(work, entity), data)
    hold(sent, lambda: records.update(work.of_one(), entity, id, sent.values, revision, to_read=True))


def _move(work: Work, entity: str, id: UUID, data: Mapping[str, Any], revision: int | None) -> None:
    declared = _known(work, entity)
    if unknown := [name for name in data if name not in ("stage", "values")]:
        raise ApiProblem(400, f"“{unknown[0]}” is not understood. Send “stage”, and “values” for further fields.")
    stage, values = data.get("stage"), data.get("values", {})
    if not isinstance(stage, str) or not isinstance(values, dict):
        raise ApiProblem(400, "“stage” must be the name of a stage, and “values” an object.")
    sent = given(work.model, declared, values)
    hold(sent, lambda: records.move(work.of_one(), entity, id, stage, sent.values, revision, to_read=True))


def _archive(work: Work, entity: str, id: UUID, _data: Mapping[str, Any], revision: int | None) -> dict[str, Any]:
    _known(work, entity)
    records.archive(work, entity, id, revision)
    return _read(work, entity, id)


def _restore(work: Work, entity: str, id: UUID, _data: Mapping[str, Any], _revision: int | None) -> dict[str, Any]:
    _known(work, entity)
    records.restore(work, entity, id)
    return _read(work, entity, id)


def _delete(work: Work, entity: str, id: UUID, revision: int | None) -> None:
    _known(work, entity)
    records.delete(work, entity, id, revision)


def _history(work: Work, entity: str, id: UUID, wanted: dict[str, list[str]]) -> dict[str, Any]:
    _known(work, entity)
    limit = asked.query(work, entity, {"limit": wanted.get("limit", [])}).limit
    found = records.history(work, entity, id, asked.one(wanted, "after") or None, limit)
    people = work.model.playing("user")
    name = people.name if people else ""
    titles = records.titles(work, {(name, each.actor) for each in found.changes if each.actor}) if people else {}
    items = [shown.change(each, titles, name) for each in found.changes]
    return {"items": items, "next": found.next, "count": None}


def _known(work: Work, entity: str) -> Any:
    declared = work.model.entities.get(entity)
    if declared is None:
        raise Missing(entity)
    return declared


# Answers ------------------------------------------------------------------------------------------


def hold(sent: Given, act: Callable[[], Any]) -> Any:
    """Does a write and raises Refused with all that is wrong, in the form of the values and in their meaning."""
    try:
        result = act()
    except Refused as refused:
        raise Refused(and_more(refused.problems, sent.problems)) from None
    if sent.problems:
        raise Refused(sent.problems)
    return result


async def once(request: Request, entity: str, data: Any, fn: Callable[..., Answer], *args: Any) -> Response[bytes]:
    """Does a POST; with an `Idempotency-Key`, once only, however often it is sent."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _answer(await write(request, fn, *args))
    if not 1 <= len(key) <= idempotency.LONGEST or not key.isprintable():
        raise ApiProblem(400, f"“Idempotency-Key” must be a text of 1 to {idempotency.LONGEST} characters.")
    body = msgspec.json.encode([request.url.path, request.url.query, data])
    fingerprint = hashlib.sha256(body).hexdigest()
    try:
        return _answer(await write(request, idempotency.once, key, fingerprint, fn, *args))
    except idempotency.Elsewhere:
        return _answer(await write(request, idempotency.once, key, fingerprint, fn, *args))
    except idempotency.OtherRequest:
        raise ApiProblem(422, "This “Idempotency-Key” was sent before with another request.") from None


async def _told(request: Request, entity: str, id: UUID) -> Response[bytes]:
    """A record as it is now. What was written is told when it is committed, so that nobody waits for the answer: a
    third more were created at once by those who wait for the next running number."""
    told = await answers.answer(request, entity, id)
    if told is not None:
        return told
    found, entry = await read(request, _read_on, entity, id)
    answers.remember(request, entity, entry)
    return send(found, tag=found["revision"])


async def _written(request: Request, fn: Callable[..., dict[str, Any]], *args: Any) -> Response[bytes]:
    found = await write(request, fn, *args)
    return send(found, tag=found["revision"])


def revision_of(request: Request) -> int | None:
    """The revision in `If-Match`; None for no such header, or for any. Raises ApiProblem."""
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return None
    found = TAG.match(text)
    if found is None:
        raise ApiProblem(400, '“If-Match” must be one ETag as it was given, such as "3".')
    return int(found.group(1))


def send(data: Any, status: int = 200, *, tag: int | None = None) -> Response[bytes]:
    """JSON, with the record's revision as its ETag."""
    headers = {"Cache-Control": "no-store"} | ({"ETag": f'"{tag}"'} if tag is not None else {})
    return Response(msgspec.json.encode(data), status_code=status, media_type=JSON, headers=headers)


def _answer(answer: Answer) -> Response[bytes]:
    body = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
    headers = {"Cache-Control": "no-store", **answer.headers}
    return Response(body, status_code=answer.status, media_type=JSON, headers=headers)


handlers = [
    list_records,
    create_record,
    read_record,
    update_record,
    delete_record,
    move_record,
    ask_approval,
    archive_record,
    restore_record,
    read_history,
]
