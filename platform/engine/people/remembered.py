"""Who was behind a key a moment ago, so that a busy program is not looked up at every request."""

from __future__ import annotations

import time
from typing import Any
from weakref import WeakKeyDictionary

from customary.engine.people.actor import Actor

SECONDS = 1.0
"""A key that another process revoked, or a role that it took away, works no longer than this."""
MOST = 10_000
_known: WeakKeyDictionary[Any, dict[str, tuple[float, Actor]]] = WeakKeyDictionary()
"""Of each release, by the hash of a key: until when it is known, and who it is."""


def recall(release: Any, hashed: str) -> Actor | None:
    """Who it was, if that was looked up under this release within the last second."""
    until, actor = _known.get(release.tables, {}).get(hashed, (0.0, None))
    return actor if time.monotonic() < until else None


def remember(release: Any, hashed: str, actor: Actor) -> None:
    known = _known.setdefault(release.tables, {})
    if len(known) >= MOST:
        known.clear()
    known[hashed] = (time.monotonic() + SECONDS, actor)


def forget() -> None:
    """Forgets everyone: what somebody may do has just changed in this process."""
    _known.clear()
