"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import anyio
import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import people, sealing
from customary.engine.people import second_factor
from customary.engine.people.sign_in import CODE, Enrolment, enrol, ways, who_enrols
from customary.engine.words import Reason
from customary.ui.catalogue import LANGUAGES
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.people.second_factor import WRONG, picture, too_many
from customary.ui.visitor import KNOWN, SESSION, VISITOR, browser_of, cookie_of

ATTEMPTS = anyio.CapacityLimiter(2)
"""Checking a password is slow on purpose: two at a time leave the machine to those who are in."""
NO_KEY = Reason("A second factor cannot be kept here: there is no key for secrets.")


@get("/sign-in")
async def sign_in_page(desk: AtDesk, request: Request) -> Response:
    if desk.actor:
        return desk.redirect(safe_path(request.query_params.get("next", "/")))
    return draw(desk, next=request.query_params.get("next", "/"))


@post("/sign-in")
async def sign_in(desk: AtDesk, request: Request) -> Response:
    form = texts(await request.form())
    email, wanted = form.get("email", "").strip(), form.get("next", "/")
    try:
        found = await anyio.to_thread.run_sync(_attempt, desk, email, form.get("password", ""), limiter=ATTEMPTS)
    except people.TooMany as braked:
        return draw(desk, next=wanted, email=email, problem=desk.say_reason(too_many(braked)), status=429)
    if found is None:
        problem = desk.say("E-mail and password do not belong together. Check both and try again.")
        return draw(desk, next=wanted, email=email, problem=problem, status=422)
    if isinstance(found, people.Session):
        return let_in(desk, found, wanted)
    if found.needs == CODE:
        return await _ask_code(desk, found.ticket, wanted)
    return await _begin(desk, found.ticket, wanted)


@post("/sign-in/code")
async def code(desk: AtDesk, request: Request) -> Response:
    """The second step: a code of the person's device, or a recovery code."""
    form = texts(await request.form())
    ticket, wanted = form.get("ticket", ""), form.get("next", "/")
    try:
        session = await desk.workspace.database.writing(
            people.give_code, ticket, form.get("code", ""), desk.now, browser_of(request)
        )
    except people.TooMany as braked:
        return await _ask_code(desk, ticket, wanted, too_many(braked), 429)
    except (sealing.NoKey, sealing.Unopened):
        return await _ask_code(desk, ticket, wanted, NO_KEY, 422)
    return let_in(desk, session, wanted) if session else await _ask_code(desk, ticket, wanted, WRONG, 422)


@post("/sign-in/enrol")
async def finish(desk: AtDesk, request: Request) -> Response:
    """The first code of somebody whose role demands a second factor: it is on from now, and they are in."""
    form = texts(await request.form())
    ticket, kept, wanted = form.get("ticket", ""), form.get("kept", ""), form.get("next", "/")
    browser = browser_of(request)
    try:
        made = await desk.workspace.database.writing(enrol, ticket, kept, form.get("code", ""), desk.now, browser)
    except (sealing.NoKey, sealing.Unopened):
        made = None
    if made is None:
        who = await desk.workspace.database.reading(who_enrols, ticket, desk.now)
        return _ask_to_enrol(desk, who, ticket, kept, wanted, WRONG) if who else _again(desk, wanted)
    session, codes = made
    let_in(desk, session, wanted)
    return desk.page("page_sign_in_codes.html", codes=codes, next=safe_path(wanted))


@get("/sign-in/token")
async def token(desk: AtDesk) -> Response:
    """What forms of this person carry, for a page that stood open while they signed in again."""
    return Response(desk.csrf if desk.actor else "", media_type="text/plain", headers={"Cache-Control": "no-store"})


@post("/sign-out")
async def sign_out(desk: AtDesk, request: Request) -> Response:
    token = cookie_of(request, SESSION)
    if token:
        await desk.workspace.database.writing(people.sign_out, token)
    desk.cookie(SESSION, "", max_age=0)
    desk.header("Clear-Site-Data", '"cache", "storage"')
    return desk.redirect("/sign-in")


@get("/language/{language:str}")
async def choose_language(desk: AtDesk, language: FromPath[str], request: Request) -> Response:
    """For those not signed in yet; a person's own choice lives with the person."""
    if language in LANGUAGES:
        desk.cookie("language", language)
    return desk.redirect(safe_path(request.query_params.get("next", "/sign-in")))


def safe_path(wanted: str) -> str:
    """Where to go on after signing in: a path of ours, never another site."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain else "/"


def let_in(desk: Desk, session: people.Session, wanted: str, notice: str = "") -> Response:
    """Gives the browser its session and leads on, where the `notice` is shown."""
    desk.cookie(SESSION, session.token, max_age=None)
    desk.cookie(KNOWN, session.known)
    desk.cookie(VISITOR, "", max_age=0)
    return desk.redirect(safe_path(wanted), notice)


def draw(desk: Desk, *, status: int = 200, **values: Any) -> Response:
    """The page where one signs in."""
    settings = desk.model.settings
    forgettable = bool(settings.mail.get("host") and settings.web_address)
    known = {"email": "", "problem": "", "told": "", "next": "/", "languages": LANGUAGES, "forgettable": forgettable}
    values = {**known, **values}
    return desk.page("page_sign_in.html", status=status, **values)


def _attempt(desk: Desk, email: str, password: str) -> people.Session | people.Halfway | None:
    database, browser = desk.workspace.database, browser_of(desk.request)
    return people.sign_in(database, desk.release, email, password, datetime.now(UTC), browser)


async def _ask_code(desk: Desk, ticket: str, wanted: str, problem: Reason | None = None, status: int = 200) -> Response:
    can = await desk.workspace.database.reading(ways, ticket, desk.now)
    told = desk.say_reason(problem) if problem else ""
    return desk.page("page_sign_in_code.html", ticket=ticket, next=wanted, problem=told, ways=can, status=status)


async def _begin(desk: Desk, ticket: str, wanted: str) -> Response:
    who = await desk.workspace.database.reading(who_enrols, ticket, desk.now)
    if who is None:
        return _again(desk, wanted)
    try:
        kept = second_factor.sealed(second_factor.new_secret(), who.user_id)
    except sealing.NoKey:
        return draw(desk, next=wanted, problem=desk.say_reason(NO_KEY), status=422)
    return _ask_to_enrol(desk, who, ticket, kept, wanted, None)


def _ask_to_enrol(desk: Desk, who: Enrolment, ticket: str, kept: str, wanted: str, problem: Reason | None) -> Response:
    try:
        values = picture(desk, kept, who.user_id, who.email)
    except (sealing.NoKey, sealing.Unopened):
        return _again(desk, wanted)
    status = 422 if problem else 200
    return desk.page("page_sign_in_enrol.html", status=status, ticket=ticket, next=wanted, problem=problem, **values)


def _again(desk: Desk, wanted: str) -> Response:
    return draw(desk, next=wanted, problem=desk.say("This took too long. Sign in again."), status=422)


handlers = [sign_in_page, sign_in, code, finish, token, sign_out, choose_language]
