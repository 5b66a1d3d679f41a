"""Ids of records: UUIDs of version 7, which sort by the time they were made."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A new id, greater than every id that this process made before.

    48 bits of milliseconds, 12 bits of their fraction, 62 random bits.
    """
    global _last
    nanoseconds = time.time_ns()
    ticks = (nanoseconds // 1_000_000) << 12 | (nanoseconds % 1_000_000) * 4096 // 1_000_000
    with _lock:
        _last = ticks = max(ticks, _last + 1)
    high = (ticks >> 12) << 16 | 0x7000 | ticks & 0xFFF
    return UUID(int=high << 64 | _by_chance())


def beside(id: UUID) -> UUID:
    """A new id that sorts as one made together with another does."""
    return UUID(int=id.int >> 64 << 64 | _by_chance())


def first_id(moment: datetime) -> UUID:
    """What every id made from that moment on is greater than."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def made_at(id: UUID) -> datetime:
    """When an id was made, to the millisecond."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)


def _by_chance() -> int:
    return 0x8000000000000000 | int.from_bytes(os.urandom(8), "big") >> 2
