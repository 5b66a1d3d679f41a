"""What a request tells of who sent it: cookies, form token, languages, time zone."""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from litestar import Request

from customary.engine.people.actor import Actor
from customary.engine.people.sessions import Browser

SESSION = "customary_session"
VISITOR = "customary_visitor"
KNOWN = "customary_known"
OURS_ALONE = "__Host-"
"""A cookie whose name begins so, a browser takes by TLS alone and from this very host: no neighbour can set it."""


def cookie_name(request: Request, name: str) -> str:
    """What a cookie is called where the request came by TLS."""
    return f"{OURS_ALONE}{name}" if is_secure(request) else name


def is_secure(request: Request) -> bool:
    """Whether the browser came by TLS, as the proxy tells that is trusted to."""
    return request.scope["scheme"] == "https"


def cookie_of(request: Request, name: str) -> str:
    """What this browser was given under a name, or ""."""
    return request.cookies.get(cookie_name(request, name), "")


def visitor_of(request: Request) -> str:
    return cookie_of(request, SESSION) or cookie_of(request, VISITOR)


def visitors_of(request: Request) -> list[str]:
    """All that forms of this browser may have been made for: a session, and what it had before that, when it was a
    stranger's or had another secret."""
    return [found for name in (SESSION, VISITOR) if (found := cookie_of(request, name))]


def csrf_of(visitor: str) -> str:
    """The form token that belongs to a session: nobody without its cookie can know it."""
    return hashlib.sha256(b"customary form " + visitor.encode()).hexdigest()


def browser_of(request: Request) -> Browser:
    """Where a request comes from, as far as it tells."""
    address = request.client.host if request.client else ""
    agent = request.headers.get("User-Agent", "")
    return Browser(address, agent, cookie_of(request, KNOWN), cookie_of(request, SESSION))


def zone_of(actor: Actor | None) -> ZoneInfo | None:
    """The time zone that a person chose; None for none, or for one that is not there."""
    name = (actor.record or {}).get("time_zone") if actor else None
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError):
        return None


def wanted_languages(request: Request) -> list[str]:
    header = request.headers.get("Accept-Language", "")
    return [part.split(";")[0].strip()[:2].lower() for part in header[:200].split(",")]


def one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else ""
