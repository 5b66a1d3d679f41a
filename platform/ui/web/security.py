"""What protects every answer: headers, the content policy with its nonce, and forms that come from our own pages."""

from __future__ import annotations

import hmac

from litestar import Request
from litestar.exceptions import PermissionDeniedException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from customary.ui.desk import SignInNeeded
from customary.ui.visitor import SESSION, csrf_of, visitor_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SIGNED = ("/hooks/", "/unsubscribe/")
"""What is called here is signed or holds what only its receiver knows, and nobody is signed in."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def headers(app: ASGIApp) -> ASGIApp:
    """Middleware: the security headers of every answer."""

    async def with_headers(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(b"content-security-policy", policy(scope.get("state", {}).get("nonce")).encode())]
                if scope.get("scheme") == "https":
                    own.append((b"strict-transport-security", b"max-age=31536000"))
                message["headers"] = [*message["headers"], *ENCODED, *own]
            await send(message)

        await app(scope, receive, send_with_headers)

    return with_headers


def policy(nonce: str | None) -> str:
    """The content policy: our own files, and inline parts that carry this answer's nonce."""
    own = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'none'; script-src {own}; style-src {own}; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


async def same_visitor(request: Request) -> None:
    """Before every request: a change must come from a page of ours, or be a program's with its own key.

    Litestar has guards for this, but copies the whole handler for each: a third of its time.
    """
    if request.method in SAFE or _has_key(request) or request.url.path.startswith(SIGNED):
        return
    visitor = visitor_of(request)
    given = request.headers.get("X-CSRF-Token") or await _in_form(request)
    if visitor and hmac.compare_digest(given.encode(), csrf_of(visitor).encode()):
        return
    if SESSION not in request.cookies and not request.url.path.startswith(("/api/", "/sign-in")):
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
