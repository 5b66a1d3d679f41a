"""A brake on what strangers may ask for: so many calls at once, and so many a second after that, from one place.

What a process has left is looked at first, so that a flood does not reach the database; there all processes count
together how many a minute were let through.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

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
