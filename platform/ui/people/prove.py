"""Proving once more who one is, before what lets somebody in: a key, a passkey, a second factor, a role.

Whoever finds a browser open, or stole its session, has no password: they get no further than the ten minutes after
the last proof.
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post

from customary.engine import people, sealing
from customary.engine.people import passkeys, second_factor, sessions
from customary.engine.people.overview import one_person
from customary.engine.people.passkeys import NotProven
from customary.engine.people.sign_in import may_try
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.fresh import keep
from customary.ui.people.passkeys import as_json, site
from customary.ui.people.second_factor import WRONG, too_many
from customary.ui.people.sign_in import ATTEMPTS, safe_path
from customary.ui.visitor import SESSION, browser_of, cookie_of

PLACE = "/prove"


@get(PLACE)
async def ask(desk: AtDesk, request: Request) -> Response:
    """Asks for what the person has: a password, a code, a passkey, or their provider's word."""
    return await _draw(desk, request.query_params.get("next", "/"))


@post(PLACE, status_code=200)
async def prove(desk: AtDesk, request: Request) -> Response:
    form = texts(await request.form())
    problem = await anyio.to_thread.run_sync(_problem, desk, form, limiter=ATTEMPTS)
    if problem is not None:
        return await _draw(desk, form.get("next", "/"), problem, 422)
    return await _on(desk, form)


@post(f"{PLACE}/passkey/options", status_code=200)
async def options(desk: AtDesk) -> Response:
    """What the browser needs to prove a passkey of theirs."""
    return as_json(*await desk.write(_options, desk))


@post(f"{PLACE}/passkey", status_code=200)
async def passkey(desk: AtDesk, request: Request) -> Response:
    form = texts(await request.form())
    try:
        await desk.write(_by_passkey, desk, form)
    except NotProven:
        problem = Reason("This passkey does not open anything here. Try again, or sign in with your password.")
        return await _draw(desk, form.get("next", "/"), problem, 422)
    return await _on(desk, form)


async def _on(desk: Desk, form: dict[str, str]) -> Response:
    keep(desk, await desk.write(_freshen, cookie_of(desk.request, SESSION)))
    return desk.redirect(safe_path(form.get("next", "/")))


async def _draw(desk: Desk, wanted: str, problem: Reason | None = None, status: int = 200) -> Response:
    ways = await desk.read(_ways)
    return desk.page("page_prove.html", next=safe_path(wanted), problem=problem, status=status, **ways)


def _ways(work: Work) -> dict[str, Any]:
    """What the person can prove."""
    connection, me = work.connection, work.actor.id
    mine = one_person(work, me)
    return {
        "password": mine is not None and not mine.invited,
        "code": second_factor.since(connection, me) is not None,
        "passkey": bool(passkeys.passkeys_of(connection, me)),
    }


def _problem(desk: Desk, form: dict[str, str]) -> Reason | None:
    """Why what was typed proves nothing."""
    database = desk.workspace.database
    try:
        if "code" in form:
            with database.write() as connection:
                return None if may_try(connection, desk.me.id, form["code"], desk.now) else WRONG
        proven = people.prove(
            database, desk.release, desk.me.email, form.get("password", ""), desk.now, browser_of(desk.request)
        )
    except people.TooMany as braked:
        return too_many(braked)
    except (sealing.NoKey, sealing.Unopened):
        return Reason("The second factor cannot be read: the key that sealed it is not there.")
    return None if proven is not None else Reason("The password is not right.")


def _options(work: Work, desk: Desk) -> tuple[str, str]:
    return passkeys.ask(work.connection, site(desk), work.now, work.actor.id)


def _by_passkey(work: Work, desk: Desk, form: dict[str, str]) -> None:
    challenge, answer = form.get("challenge", ""), form.get("credential", "")
    passkeys.prove(work.connection, work.release, challenge, answer, site(desk), work.now, work.actor.id)


def _freshen(work: Work, token: str) -> str:
    return sessions.freshen(work.connection, token, work.now)


handlers = [ask, prove, options, passkey]
