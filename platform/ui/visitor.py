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


def visitor_of(request: Request) -> str | None:
    return request.cookies.get(SESSION) or request.cookies.get(VISITOR)


def csrf_of(visitor: str) -> str:
    """The form token that belongs to a session: nobody without its cookie can know it."""
    return hashlib.sha256(b"customary form " + visitor.encode()).hexdigest()


def browser_of(request: Request) -> Browser:
    """Where a request comes from, as far as it tells."""
    address = request.client.host if request.client else ""
    return Browser(address, request.headers.get("User-Agent", ""), request.cookies.get(KNOWN, ""))


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
