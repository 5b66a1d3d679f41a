"""Who looks at everything as somebody else: an administrator, as long as a cookie says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Request

from customary.engine import access, people
from customary.engine.people.actor import Actor
from customary.engine.people.limits import Limits
from customary.ui.visitor import cookie_of

LOOKING = "customary_looking"
"""Whom somebody looks as; it counts for administrators alone, so it need not be kept secret."""


def seen_as(connection: Any, request: Request, release: Any, actor: Actor | None) -> Actor | None:
    """The person as whom an administrator looks, who may then read alone; None where they look as themselves."""
    chosen = cookie_of(request, LOOKING)
    if not chosen or actor is None or not access.compile(release.model, actor).admin:
        return None
    try:
        found = people.actor_of_user(connection, UUID(chosen), release)
    except ValueError:
        return None
    return replace(found, limits=Limits(read_only=True)) if found is not None else None
