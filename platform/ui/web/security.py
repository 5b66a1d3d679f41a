"""What protects every answer: headers, the content policy with its nonce, and forms that come from our own pages."""

from __future__ import annotations

import hmac
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from litestar import Request
from litestar.exceptions import PermissionDeniedException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from customary.ui.desk import SignInNeeded
from customary.ui.visitor import SESSION, cookie_of, csrf_of, visitors_of

log = logging.getLogger("customary.security")

_HOST = re.compile(rb"([\w.-]{1,255}|\[[0-9a-fA-F:.]{2,45}\])?(:\d{1,5})?")
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SIGNED = ("/hooks/", "/unsubscribe/", "/forms/", "/surveys/")
"""What is called here is signed or holds what only its receiver knows, and nobody acts as who is signed in."""
REFUSALS = {403: logging.WARNING, 429: logging.WARNING, **dict.fromkeys((400, 413, 415, 422), logging.INFO)}
"""How gravely it is told that something was refused; values are what anybody mistypes."""
UNUSED = ("camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial", "usb")
"""What browsers offer to pages, and none of ours asks for."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": ", ".join(f"{each}=()" for each in UNUSED),
}
UNLESS_SAID = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
"""What an answer may say otherwise of itself: a static file is kept, the picture of a mail is drawn by others."""
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


@dataclass(frozen=True, slots=True)
class Open:
    """What one page opens of the policy: the sites that may show it within theirs, and where its forms may lead."""

    framed_by: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()


CLOSED = Open()


def headers(app: ASGIApp) -> ASGIApp:
    """Middleware: the security headers of every answer."""

    async def with_headers(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note_refusal(scope, message["status"])
                message["headers"] = [*message["headers"], *_added(scope, message["headers"])]
            await send(message)

        known = scope["type"] != "http" or all(map(_HOST.fullmatch, _hosts(scope)))
        await (app if known else _nowhere)(scope, receive, send_with_headers)

    return with_headers


def _note_refusal(scope: Scope, status: int) -> None:
    """Who tries what they may not, too often, or with what no rule takes is written down: where, and who they are or
    whence they come; never what they sent."""
    if status in REFUSALS and log.isEnabledFor(REFUSALS[status]):
        state = scope.get("state", {})
        desk, (caller, _) = state.get("desk"), state.get("caller", (None, 0))
        person = desk and (desk.looker or desk.actor)
        who = person.id if person else caller or (scope.get("client") or ("nobody",))[0]
        log.log(REFUSALS[status], "%s %s refused (%s) to %s", scope["method"], scope.get("path_template"), status, who)


def _hosts(scope: Scope) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == b"host"]


async def _nowhere(_scope: Scope, _receive: Receive, send: Send) -> None:
    """The answer to who calls a host that none is called."""
    head = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"24")]
    await send({"type": "http.response.start", "status": 400, "headers": head})
    await send({"type": "http.response.body", "body": b"No host is called that.\n", "more_body": False})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


ALWAYS, ELSE = _encoded(HEADERS), _encoded(UNLESS_SAID)
FRAMED = _encoded({name: value for name, value in HEADERS.items() if name != "X-Frame-Options"})
"""Of a page that other sites show within theirs: that header knows no site but ours, so the policy alone says which."""


def _added(scope: Scope, said: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    state = scope.get("state", {})
    open = state.get("open", CLOSED)
    yield from FRAMED if open.framed_by else ALWAYS
    names = {name.lower() for name, _ in said}
    yield from (each for each in ELSE if each[0] not in names)
    yield b"content-security-policy", policy(state.get("nonce"), open).encode()
    if scope.get("scheme") == "https":
        yield STRICT_TRANSPORT


def policy(nonce: str | None, open: Open = CLOSED) -> str:
    """The content policy: our own files, inline parts that carry this answer's nonce, and what a page opens."""
    actions, frames = " ".join(("'self'", *open.leads_to)), " ".join(open.framed_by) or "'none'"
    own = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'none'; script-src {own}; style-src {own}; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; manifest-src 'self'; object-src 'none'; form-action {actions}; base-uri 'none'; "
        f"frame-ancestors {frames}"
    )


async def same_visitor(request: Request) -> None:
    """Before every request: a change must come from a page of ours, or be a program's with its own key.

    Litestar has guards for this, but copies the whole handler for each: a third of its time.
    """
    if request.method in SAFE or _has_key(request) or request.url.path.startswith(SIGNED):
        return
    given = request.headers.get("X-CSRF-Token") or await _in_form(request)
    if any(hmac.compare_digest(given.encode(), csrf_of(each).encode()) for each in visitors_of(request)):
        return
    if not cookie_of(request, SESSION) and not request.url.path.startswith(("/api/", "/sign-in")):
        raise SignInNeeded  # whoever was signed out meanwhile is led back to what they typed
    raise PermissionDeniedException("This form is out of date. Load the page again.")


def _has_key(request: Request) -> bool:
    return request.headers.get("Authorization", "").startswith("Bearer ")


async def _in_form(request: Request) -> str:
    kind = request.headers.get("Content-Type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    given = (await request.form()).get("_csrf", "")
    return given if isinstance(given, str) else ""
