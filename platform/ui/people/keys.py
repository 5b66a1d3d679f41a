"""Keys of one's own: with which programs use the API, how far and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import people
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.fresh import is_fresh, must_be_fresh

DAYS = ("30", "90", "365", "")
"""For how long a key may last; "" is for ever."""
LONGEST_NAME = 80
MOST = 100


@get("/settings/keys")
async def keys(desk: AtDesk) -> Response:
    return await _draw(desk)


@post("/settings/keys", status_code=200)
async def add(desk: AtDesk, request: Request) -> Response:
    """Makes a key and shows it, this once."""
    await must_be_fresh(desk)
    data = await request.form()
    form, entities = texts(data), [each for each in data.getall("entity", []) if isinstance(each, str)]
    made = await desk.write(_add, form, entities)
    if isinstance(made, Reason):
        return await _draw(desk, status=422, problem=made, given=form, chosen=entities)
    return await _draw(desk, made=made)


@post("/settings/keys/{id:uuid}/revoke", status_code=200)
async def revoke(desk: AtDesk, id: FromPath[UUID]) -> Response:
    ended = await desk.write(_revoke, id)
    said = desk.say("The key opens nothing any more.") if ended else desk.say("This key was revoked already.")
    return desk.redirect("/settings/keys", said)


async def _draw(desk: Desk, *, status: int = 200, **values: Any) -> Response:
    found = await desk.read(_keys)
    known = {"problem": None, "given": {}, "chosen": [], "made": "", "days": DAYS, "keys": found}
    readable = [each for each in desk.model.entities.values() if desk.access.may(each.name, "read")]
    known |= {"entities": readable, "fresh": await is_fresh(desk)}
    return desk.page("page_keys.html", here="settings", status=status, **{**known, **values})


def _keys(work: Work) -> list[tuple[people.Key, list[str] | None]]:
    """With the names of today of the entities that each opens."""
    named = work.release.tables.named
    found = people.keys_of(work.connection, work.actor.id)
    return [(key, None if key.entities is None else [*filter(None, map(named, key.entities))]) for key in found]


def _add(work: Work, form: Mapping[str, str], entities: list[str]) -> str | Reason:
    name = " ".join(form.get("name", "").split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        return Reason("Say what the key is for, in at most {most} letters.", {"most": LONGEST_NAME})
    if form.get("days", "") not in DAYS or not set(entities) <= set(work.model.entities):
        return Reason("This cannot be chosen.")
    if sum(key.in_force(work.now) for key in people.keys_of(work.connection, work.actor.id)) >= MOST:
        return Reason("You have {most} keys. Revoke one that is not needed any more.", {"most": MOST})
    days = form.get("days", "")
    return people.add_key(
        work.connection,
        work.actor.id,
        name,
        work.now,
        read_only=form.get("may") != "write",
        entities=[work.release.tables.code(each) for each in entities] or None,
        expires=work.now + timedelta(days=int(days)) if days else None,
    )


def _revoke(work: Work, id: UUID) -> bool:
    return people.revoke(work.connection, id, work.now, work.actor.id)


handlers = [keys, add, revoke]
