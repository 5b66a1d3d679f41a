"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import anyio
import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import people
from customary.ui.catalogue import LANGUAGES
from customary.ui.desk import AtDesk, Desk, texts
from customary.ui.visitor import SESSION, VISITOR

ATTEMPTS = anyio.CapacityLimiter(2)
"""Checking a password is slow on purpose: two at a time leave the machine to those who are in."""


@get("/sign-in")
async def sign_in_page(desk: AtDesk, request: Request) -> Response:
    if desk.actor:
        return desk.redirect(safe_path(request.query_params.get("next", "/")))
    return _draw(desk, next=request.query_params.get("next", "/"))


@post("/sign-in")
async def sign_in(desk: AtDesk, request: Request) -> Response:
    form = texts(await request.form())
    email, wanted = form.get("email", "").strip(), form.get("next", "/")
    try:
        session = await anyio.to_thread.run_sync(_attempt, desk, email, form.get("password", ""), limiter=ATTEMPTS)
    except people.TooMany:
        problem = desk.say("Too many attempts. Wait a while, then try again.")
        return _draw(desk, next=wanted, email=email, problem=problem, status=429)
    if session is None:
        problem = desk.say("E-mail and password do not belong together. Check both and try again.")
        return _draw(desk, next=wanted, email=email, problem=problem, status=422)
    desk.cookie(SESSION, session.token, max_age=None)
    desk.cookie(VISITOR, "", max_age=0)
    return desk.redirect(safe_path(wanted))


@get("/sign-in/token")
async def token(desk: AtDesk) -> Response:
    """What forms of this person carry, for a page that stood open while they signed in again."""
    return Response(desk.csrf if desk.actor else "", media_type="text/plain", headers={"Cache-Control": "no-store"})


@post("/sign-out")
async def sign_out(desk: AtDesk, request: Request) -> Response:
    token = request.cookies.get(SESSION)
    if token:
        await desk.workspace.database.writing(people.sign_out, token)
    desk.cookie(SESSION, "", max_age=0)
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


def _attempt(desk: Desk, email: str, password: str) -> people.Session | None:
    address = desk.request.client.host if desk.request.client else ""
    return people.sign_in(desk.workspace.database, email, password, datetime.now(UTC), address)


def _draw(desk: Desk, *, status: int = 200, **values: Any) -> Response:
    values = {"email": "", "problem": "", "languages": LANGUAGES, **values}
    return desk.page("page_sign_in.html", status=status, **values)


handlers = [sign_in_page, sign_in, token, sign_out, choose_language]
