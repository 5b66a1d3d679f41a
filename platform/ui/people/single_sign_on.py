"""Signing in by a provider: the way there, and the way back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.engine import people
from customary.engine.model.people.sign_in import Provider
from customary.engine.people import provider as providers
from customary.engine.people import sessions, single_sign_on
from customary.engine.people.actor import SYSTEM
from customary.engine.people.provider import ProviderProblem
from customary.engine.people.single_sign_on import Groupless, Return, Stranger, Way
from customary.engine.records.refusal import Refused
from customary.engine.records.work import Cause, Work
from customary.ui.desk import AtDesk, Desk
from customary.ui.people.sign_in import draw, let_in
from customary.ui.visitor import browser_of, cookie_of

COOKIE = "customary_single_sign_on"
LONGEST = 4000

log = logging.getLogger("customary.people")


@get("/sign-in/with/{name:str}")
async def set_out(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """To the provider's own page."""
    provider, wanted = _provider(desk, name), request.query_params.get("next", "/")[:LONGEST]
    try:
        told = await anyio.to_thread.run_sync(providers.endpoints, provider)
    except ProviderProblem as problem:
        return _failed(desk, problem)
    there = str(told.get("authorization_endpoint", ""))
    again = request.query_params.get("again") == "1"
    way = await desk.workspace.database.writing(_set_out, desk, provider, there, wanted, again)
    desk.cookie(COOKIE, way.browser, max_age=600)
    return desk.redirect(way.address)


@get("/sign-in/with/{name:str}/back")
async def come_back(desk: AtDesk, request: Request, name: FromPath[str]) -> Response:
    """From the provider's page, with a code for what it signs of who came."""
    provider, query = _provider(desk, name), request.query_params
    database, cookie = desk.workspace.database, cookie_of(request, COOKIE)
    desk.cookie(COOKIE, "", max_age=0)
    found = await database.writing(
        single_sign_on.come_back, provider, query.get("state", "")[:LONGEST], cookie, desk.now
    )
    if found is None or query.get("iss", provider.issuer).rstrip("/") != provider.issuer or not query.get("code"):
        problem = desk.say("The sign-in was not finished. Try again.")
        return draw(desk, next=found.next if found else "/", problem=problem, status=422)
    try:
        claims = await anyio.to_thread.run_sync(_claims, desk, provider, query["code"][:LONGEST], found)
        session = await database.writing(_sign_in, desk, provider, claims, found.again)
    except ProviderProblem as problem:
        return _failed(desk, problem)
    except Groupless:
        if await database.writing(_shut_out, desk, provider, claims):
            problem = desk.say(
                "None of your groups opens anything here. As the last administrator you keep that role: sign in with a "
                "password, or have one made with “customary user link”."
            )
        else:
            problem = desk.say("None of your groups opens anything here. Whoever looks after the groups can help.")
        return draw(desk, next=found.next, problem=problem, status=403)
    except (Stranger, Refused):
        problem = desk.say("Nobody here has this account. Whoever runs the workspace can invite you.")
        return draw(desk, next=found.next, problem=problem, status=403)
    told = desk.say("Your groups no longer make you an administrator. You keep the role, because nobody else has it.")
    return let_in(desk, session, found.next, told if session.admin_kept else "")


def _provider(desk: Desk, name: str) -> Provider:
    provider = desk.model.settings.sign_in.providers.get(name)
    if provider is None:
        raise NotFoundException
    return provider


def _back(desk: Desk, provider: Provider) -> str:
    base = desk.model.settings.web_address or str(desk.request.base_url).rstrip("/")
    return f"{base}/sign-in/with/{provider.name}/back"


def _set_out(connection: Any, desk: Desk, provider: Provider, there: str, wanted: str, again: bool) -> Way:
    return single_sign_on.set_out(connection, provider, there, _back(desk, provider), wanted, desk.now, again=again)


def _claims(desk: Desk, provider: Provider, code: str, found: Return) -> Mapping[str, Any]:
    tokens = providers.exchange(provider, code, found.verifier, _back(desk, provider))
    return providers.claims(provider, tokens, found.nonce)


def _sign_in(connection: Any, desk: Desk, provider: Provider, claims: Mapping[str, Any], again: bool) -> people.Session:
    session = single_sign_on.sign_in(_work(connection, desk), provider, claims, browser_of(desk.request))
    return replace(session, token=sessions.freshen(connection, session.token, desk.now)) if again else session


def _shut_out(connection: Any, desk: Desk, provider: Provider, claims: Mapping[str, Any]) -> bool:
    return single_sign_on.shut_out(_work(connection, desk), provider, claims)


def _work(connection: Any, desk: Desk) -> Work:
    return Work(connection, desk.release, SYSTEM, desk.now, Cause("system"))


def _failed(desk: Desk, problem: ProviderProblem) -> Response:
    log.warning("Single sign-on failed: %s", problem)
    told = desk.say("The provider does not answer as it should. Try again in a while.")
    return draw(desk, problem=told, status=422)


handlers = [set_out, come_back]
