"""Brakes on who calls without end.

Strangers may make so many calls at once, and so many a second after that, from one place. What a process has left is
looked at first, so that a flood does not reach the database; there all processes count together how many a minute were
let through. Who is known may make so many a minute, however many sessions and keys they have.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request

from customary.engine.messages import pace

if TYPE_CHECKING:
    from customary.engine.database import Database

MOST_PLACES = 10_000


@dataclass
class Rate:
    """Buckets by place, which fill by `per_second` up to `at_once`. `name` tells one rate's count from another's."""

    name: str
    at_once: int
    per_second: float
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    async def wait(self, request: Request, database: Database) -> int:
        """Takes one, and gives 0; where there is none, the seconds until there may be one again."""
        place = place_of(request)
        return self.wait_here(place) or await database.writing(self._wait_together, place)

    def wait_here(self, place: str, now: float | None = None) -> int:
        """The same, of what this process alone has left."""
        now = time.monotonic() if now is None else now
        if len(self._buckets) >= MOST_PLACES:
            self._buckets.clear()
        left, at = self._buckets.get(place, (float(self.at_once), now))
        left = min(left + (now - at) * self.per_second, self.at_once)
        if left < 1:
            self._buckets[place] = left, now
            return math.ceil((1 - left) / self.per_second)
        self._buckets[place] = left - 1, now
        return 0

    def _wait_together(self, connection: Any, place: str) -> int:
        minute = self.at_once + math.ceil(60 * self.per_second)
        taken = pace.take(connection, f"{self.name} {place}", minute, datetime.now(UTC))
        return 0 if taken else math.ceil(pace.WINDOW.total_seconds())


@dataclass
class Quota:
    """The calls of people who are known. A process tells the others of some at once, so that few of them write."""

    told_at_once: int = 100
    _untold: dict[UUID, int] = field(default_factory=dict)
    _full_until: dict[UUID, float] = field(default_factory=dict)

    def wait(self, person: UUID | None) -> int:
        """The seconds until somebody may call again; 0 where they may at once."""
        until = self._full_until.get(person) if person else None
        return max(0, math.ceil(until - time.monotonic())) if until else 0

    async def count(self, database: Database, person: UUID | None, most: int) -> None:
        """Notes a call, of which somebody may make so many in a minute."""
        if person is None:
            return
        if len(self._untold) >= MOST_PLACES:
            self._untold.clear()
        untold = self._untold[person] = self._untold.get(person, 0) + 1
        if untold >= min(self.told_at_once, most):
            self._untold[person] = 0
            if not await database.writing(pace.take, f"calls {person}", most, datetime.now(UTC), untold):
                self._full_until[person] = time.monotonic() + pace.WINDOW.total_seconds()


def place_of(request: Request) -> str:
    """Whence somebody calls: their address, or the network that one line of IPv6 is given."""
    address = request.client.host if request.client else ""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address) or found.ipv4_mapped:
        return address
    return str(IPv6Network((int(found), 64), strict=False))
