"""How one signs in oneself: the second factor, passkeys, and the browsers that are signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import people
from customary.engine.people import passkeys, second_factor, sessions
from customary.engine.people.sessions import Listed
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk
from customary.ui.people.fresh import is_fresh, must_be_fresh
from customary.ui.people.second_factor import PLACE, is_demanded
from customary.ui.visitor import SESSION, cookie_of

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""What stands in the names that browsers give themselves, the more special first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as it is shown: the browser's and the system's own names, as far as they tell."""

    session: Listed
    what: str
    here: bool


@get(PLACE)
async def sign_in_settings(desk: AtDesk, request: Request) -> Response:
    found = await desk.read(_found)
    found["fresh"] = await is_fresh(desk)
    token = cookie_of(request, SESSION)
    shown = [Shown(each, told_by(each.agent), sessions.is_of(each, token)) for each in found.pop("sessions")]
    return desk.page("page_sign_in_settings.html", here="settings", sessions=shown, demanded=is_demanded(desk), **found)


@post("/settings/sessions/others", status_code=200)
async def end_others(desk: AtDesk, request: Request) -> Response:
    await must_be_fresh(desk)
    await desk.write(_end_others, cookie_of(request, SESSION))
    return desk.redirect(PLACE, desk.say("All other browsers are signed out."))


@post("/settings/sessions/{id:str}", status_code=200)
async def end(desk: AtDesk, id: FromPath[str]) -> Response:
    await must_be_fresh(desk)
    ended = await desk.write(_end, id)
    said = desk.say("This browser is signed out.") if ended else desk.say("This browser was signed out already.")
    return desk.redirect(PLACE, said)


def told_by(agent: str | None) -> str:
    """`Firefox, Linux` of what a browser calls itself, or "" when it tells neither."""
    found = (next((name for mark, name in names if re.search(mark, agent or "")), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))


def _found(work: Work) -> dict[str, Any]:
    connection, me = work.connection, work.actor.id
    return {
        "since": second_factor.since(connection, me),
        "codes_left": second_factor.recovery_codes_left(connection, me),
        "passkeys": passkeys.passkeys_of(connection, me),
        "sessions": people.sessions_of(connection, me, work.now, work.model.settings.sign_in.sessions),
    }


def _end_others(work: Work, token: str) -> None:
    people.end_all(work.connection, work.actor.id, token)


def _end(work: Work, id: str) -> bool:
    return sessions.end(work.connection, work.actor.id, id)


handlers = [sign_in_settings, end_others, end]
