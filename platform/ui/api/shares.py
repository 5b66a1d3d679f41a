"""Sharing a record over the API."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from customary.engine.records import Missing, Work, sharing
from customary.engine.records.sharing import Share
from customary.ui.api import asked
from customary.ui.api.body import json_object
from customary.ui.api.caller import read, write
from customary.ui.api.problem import ApiProblem
from customary.ui.api.record import send

KNOWN = ("with", "writing", "until")


@get("/{entity:str}/{id:str}/shares")
async def list_shares(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """With whom a record is shared."""
    asked.parameters(request, ())
    return send(await read(request, _list, entity, asked.identifier(entity, id)))


@post("/{entity:str}/{id:str}/shares")
async def share_record(request: Request, entity: FromPath[str], id: FromPath[str]) -> Response[bytes]:
    """Opens a record for a user or a team."""
    data = await json_object(request)
    return send(await write(request, _share, entity, asked.identifier(entity, id), data), 201)


@delete("/{entity:str}/{id:str}/shares/{share:str}", status_code=204)
async def unshare_record(request: Request, entity: FromPath[str], id: FromPath[str], share: FromPath[str]) -> None:
    """Takes a share back."""
    await write(request, _unshare, entity, asked.identifier(entity, id), asked.identifier("share", share))


def _list(work: Work, entity: str, id: UUID) -> dict[str, Any]:
    _must_be(work, entity)
    return {"items": [_shown(each) for each in sharing.shares_of(work, entity, id)], "next": None, "count": None}


def _share(work: Work, entity: str, id: UUID, data: dict[str, Any]) -> dict[str, Any]:
    _must_be(work, entity)
    if unknown := next((name for name in data if name not in KNOWN), None):
        raise ApiProblem(400, f"“{unknown}” is not understood. Known: {', '.join(KNOWN)}.")
    writing = data.get("writing", False)
    if not isinstance(writing, bool):
        raise ApiProblem(400, "“writing” must be true or false.")
    made = sharing.share(work, entity, id, _end(data.get("with")), writing, _day(data.get("until")))
    return next(_shown(each) for each in sharing.shares_of(work, entity, id) if each.id == made)


def _unshare(work: Work, entity: str, id: UUID, share: UUID) -> None:
    _must_be(work, entity)
    sharing.unshare(work, entity, id, share)


def _must_be(work: Work, entity: str) -> None:
    if entity not in work.model.entities:
        raise Missing(entity)


def _end(given: Any) -> tuple[str, UUID]:
    try:
        return str(given["entity"]), UUID(given["id"])
    except (TypeError, KeyError, ValueError, AttributeError):
        raise ApiProblem(400, "“with” must be an object with the “entity” and “id” of a user or a team.") from None


def _day(given: Any) -> date | None:
    try:
        return None if given is None else date.fromisoformat(given)
    except (TypeError, ValueError):
        raise ApiProblem(400, "“until” must be a date, such as 2026-12-31.") from None


def _shown(each: Share) -> dict[str, Any]:
    return {
        "id": each.id,
        "with": {"entity": each.entity, "id": each.with_, "title": each.title},
        "writing": each.writing,
        "until": each.until,
        "by": each.by,
    }


handlers = [list_shares, share_record, unshare_record]
