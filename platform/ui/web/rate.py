"""A brake on what strangers may ask for: so many calls at once, and so many a second after that. Per process."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

MOST_KEYS = 10_000


@dataclass
class Rate:
    """Buckets by key, which fill by `per_second` up to `at_once`."""

    at_once: int
    per_second: float
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, key: str, now: float | None = None) -> int:
        """Takes one out of a bucket and gives 0; where it is empty, the seconds until there is one again."""
        now = time.monotonic() if now is None else now
        if len(self._buckets) >= MOST_KEYS:
            self._buckets.clear()
        left, at = self._buckets.get(key, (float(self.at_once), now))
        left = min(left + (now - at) * self.per_second, self.at_once)
        if left < 1:
            self._buckets[key] = left, now
            return math.ceil((1 - left) / self.per_second)
        self._buckets[key] = left - 1, now
        return 0
