"""Passkeys: made and taken away in one's settings, and proven at the sign-in."""

from __future__ import annotations

import json
from typing import Any

from litestar import Request, Response, post

from customary.engine import people
from customary.engine.people import passkeys, tickets
from customary.engine.people.passkeys import NotProven, Site
from customary.engine.people.sessions import PASSKEY
from customary.engine.people.sign_in import CODE
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.fresh import must_be_fresh
from customary.ui.people.second_factor import PLACE
from customary.ui.people.sessions import told_by
from customary.ui.people.sign_in import draw, let_in
from customary.ui.visitor import browser_of

LONGEST_NAME = 60


@post("/settings/passkeys/options", status_code=200)
async def options(desk: AtDesk) -> Response:
    """What the browser needs to make one."""
    await must_be_fresh(desk)
    return as_json(*await desk.write(_options, desk))


@post("/settings/passkeys", status_code=200)
async def add(desk: AtDesk, request: Request) -> Response:
    await must_be_fresh(desk)
    form = texts(await request.form())
    name = " ".join(form.get("name", "").split())[:LONGEST_NAME] or told_by(request.headers.get("User-Agent")) or "–"
    try:
        await desk.write(_add, desk, form, name)
    except NotProven:
        return desk.redirect(PLACE, desk.say("This passkey could not be kept. Try again."))
    return desk.redirect(PLACE, desk.say("The passkey is kept. You can sign in with it."))


@post("/settings/passkeys/remove", status_code=200)
async def remove(desk: AtDesk, request: Request) -> Response:
    id = texts(await request.form()).get("id", "")
    gone = await desk.write(_remove, id)
    said = desk.say("The passkey opens nothing any more.") if gone else desk.say("This passkey was removed already.")
    return desk.redirect(PLACE, said)


@post("/sign-in/passkey/options", status_code=200)
async def ask(desk: AtDesk, request: Request) -> Response:
    """What the browser needs to prove one: of whoever comes, or of who is halfway in."""
    ticket = texts(await request.form()).get("ticket", "")
    return as_json(*await desk.workspace.database.writing(_ask, desk, ticket))


@post("/sign-in/passkey")
async def sign_in(desk: AtDesk, request: Request) -> Response:
    """In without a password, or, for who is halfway in, the second step."""
    form = texts(await request.form())
    wanted = form.get("next", "/")
    try:
        session = await desk.workspace.database.writing(_sign_in, desk, form)
    except NotProven:
        problem = desk.say("This passkey does not open anything here. Try again, or sign in with your password.")
        return draw(desk, next=wanted, problem=problem, status=422)
    return let_in(desk, session, wanted)


def site(desk: Desk) -> Site:
    """Where passkeys belong: what the settings name, else where the browser is, which it signs itself."""
    return Site(desk.model.settings.web_address or str(desk.request.base_url).rstrip("/"))


def as_json(options: str, ticket: str) -> Response:
    told = {"options": json.loads(options), "challenge": ticket}
    return Response(json.dumps(told), media_type="application/json", headers={"Cache-Control": "no-store"})


def _options(work: Work, desk: Desk) -> tuple[str, str]:
    me, workspace = work.actor, work.model.settings.name
    return passkeys.offer_new(work.connection, me.id, me.email, me.name, site(desk), workspace, work.now)


def _add(work: Work, desk: Desk, form: dict[str, str], name: str) -> None:
    ticket, answer = form.get("challenge", ""), form.get("credential", "")
    passkeys.keep_new(work.connection, work.actor.id, ticket, answer, name, site(desk), work.now)


def _remove(work: Work, id: str) -> bool:
    if not passkeys.remove(work.connection, work.actor.id, id):
        return False
    work.audit("passkey_removed", work.model.playing("user").name, work.actor.id)
    return True


def _ask(connection: Any, desk: Desk, ticket: str) -> tuple[str, str]:
    halfway = tickets.look(connection, ticket, CODE, desk.now)
    return passkeys.ask(connection, site(desk), desk.now, halfway.user_id if halfway else None)


def _sign_in(connection: Any, desk: Desk, form: dict[str, str]) -> people.Session:
    halfway = tickets.look(connection, form.get("ticket", ""), CODE, desk.now)
    challenge, answer = form.get("challenge", ""), form.get("credential", "")
    expected = halfway.user_id if halfway else None
    who = passkeys.prove(connection, desk.release, challenge, answer, site(desk), desk.now, expected)
    if halfway:
        tickets.redeem(connection, form["ticket"], CODE, desk.now)
    return people.start(connection, who, desk.now, PASSKEY, browser_of(desk.request))


handlers = [options, add, remove, ask, sign_in]
