"""What a person sees when something is not there, not allowed or broken: never an exception's text."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandler

from customary.engine.database import TooSlow
from customary.engine.locale import locale
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale
from customary.ui import catalogue, icons, render
from customary.ui.api import problem
from customary.ui.desk import Desk, ProofNeeded, SignInNeeded
from customary.ui.web import heads

log = logging.getLogger("customary.web")

TEXTS = {
    400: ("This address is not understood", "Check what was typed, or go back and try again."),
    403: ("You may not do this", "Your role does not allow it. Whoever runs the workspace can change that."),
    404: ("There is nothing here", "It may have been deleted, or you may not have the right to see it."),
    405: ("This cannot be done here", "Go back and try again."),
    409: ("Somebody else changed this meanwhile", "Load it again to see the change, then make yours."),
    413: ("That is too large", "Send a smaller file."),
    422: ("That was not accepted", "Check what was typed, and try again."),
    429: ("That was too often", "Wait a little, then try again."),
    500: (
        "Something broke on our side",
        "Nothing you typed was saved. Try again; if it stays, tell whoever runs this.",
    ),
    503: ("Not ready yet", "Nothing has been applied here yet. Try again in a moment."),
}


def answer(request: Request, error: Exception, status: int, reason: str = "") -> Response:
    """The page, or for HTMX the toast, that says what happened; a problem in JSON where programs ask."""
    if request.url.path == "/api" or request.url.path.startswith("/api/"):
        return problem.answer(status, reason or problem.TEXTS.get(status, TEXTS[500][1]), _instead(error))
    language, draw = _frame_of(request)
    heading, advice = (
        catalogue.say(language, text) for text in TEXTS.get(status, TEXTS[500 if status >= 500 else 400])
    )
    if request.headers.get("HX-Request") == "true":
        told = json.dumps({"toast": {"text": reason or heading, "kind": "error", "undo": ""}})
        return Response("", status_code=status, headers={"HX-Trigger": told, "HX-Reswap": "none"})
    body = draw("page_error.html", status=status, heading=heading, advice=reason or advice)
    headers = {"Cache-Control": "no-store", **_instead(error)}
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)


def _instead(error: Exception) -> dict[str, str]:
    """What may be done at an address where something else was tried, or when."""
    told = (error.headers or {}) if isinstance(error, HTTPException) else {}
    found = {"Allow": heads.allowed(told["allow"])} if told.get("allow") else {}
    return found | {name: value for name, value in told.items() if name == "Retry-After"}


def _sign_in(request: Request, _error: Exception) -> Response:
    """The way to the sign-in and back. A part of a page is only told so: unsaved words may stand on it."""
    if request.headers.get("HX-Request") == "true":
        told = {"signedout": {"to": _way_in(*_page_of(request.headers.get("HX-Current-URL", "/")))}}
        return Response("", status_code=401, headers={"HX-Trigger": json.dumps(told), "HX-Reswap": "none"})
    page = (request.url.path, request.url.query)
    place = _way_in(*(page if request.method == "GET" else _page_of(request.headers.get("Referer", "/"))))
    return Response("", status_code=303, headers={"Location": place})


def _prove(request: Request, _error: Exception) -> Response:
    """The way to proving once more who one is, and back to the page."""
    path, query = _page_of(request.headers.get("Referer", "/"))
    place = f"/prove?next={quote(f'{path}?{query}' if query else path, safe='')}"
    if request.headers.get("HX-Request") == "true":
        return Response("", status_code=200, headers={"HX-Redirect": place, "HX-Reswap": "none"})
    return Response("", status_code=303, headers={"Location": place})


def _page_of(address: str) -> tuple[str, str]:
    try:
        place = urlsplit(address)
    except ValueError:
        return "/", ""
    return place.path, place.query


def _way_in(path: str, query: str) -> str:
    wanted = f"{path}?{query}" if query else path
    return "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    reason = "" if status != 403 or not isinstance(error, HTTPException) else error.detail
    language, _ = _frame_of(request)
    return answer(request, error, status, catalogue.say(language, reason) if reason else "")


def _forbidden(request: Request, error: Exception) -> Response:
    language, _ = _frame_of(request)
    reason = error.reason if isinstance(error, Forbidden) else None
    return answer(request, error, 403, catalogue.say_reason(language, reason) if reason else "")


def _missing(request: Request, error: Exception) -> Response:
    return answer(request, error, 404)


def _stale(request: Request, error: Exception) -> Response:
    return answer(request, error, 409)


def _refused(request: Request, error: Exception) -> Response:
    language, _ = _frame_of(request)
    problems = error.problems if isinstance(error, Refused) else []
    lines = (f"{each.label.in_language(language)} {catalogue.say_reason(language, each.reason)}" for each in problems)
    return answer(request, error, 422, "; ".join(line.strip() for line in lines))


def _too_slow(request: Request, error: Exception) -> Response:
    language, _ = _frame_of(request)
    return answer(
        request, error, 422, catalogue.say(language, "This took too long and was stopped. Narrow the filter.")
    )


def _broken(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.scope.get("path_template"), exc_info=error)
    return answer(request, error, 500)


def _frame_of(request: Request) -> tuple[str, Any]:
    """The language and the pen for a request that may have failed before it had a desk."""
    desk: Desk | None = request.scope.get("state", {}).get("desk")
    if desk:
        return desk.language, desk.draw
    wanted = request.headers.get("Accept-Language", "en")[:2].lower()
    language = wanted if wanted in catalogue.LANGUAGES else "en"
    plain = locale(language, ZoneInfo("UTC"))

    def draw(template: str, **values: Any) -> str:
        return render.render(plain, icons.sprite_url(None), template, desk=None, **values)

    return language, draw


handlers: Mapping[Any, ExceptionHandler] = {
    SignInNeeded: _sign_in,
    ProofNeeded: _prove,
    Missing: _missing,
    Forbidden: _forbidden,
    Stale: _stale,
    Refused: _refused,
    TooSlow: _too_slow,
    HTTPException: _http,
    Exception: _broken,
}
