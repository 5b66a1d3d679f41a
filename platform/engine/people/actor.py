"""Who acts: a person, or the platform itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from customary.engine.people.limits import NO_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Actor:
    """The one in whose name a unit of work reads and writes. Without roles it may do nothing."""

    id: UUID | None
    name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    language: str = "en"
    zone: ZoneInfo = ZoneInfo("UTC")
    record: Mapping[str, Any] | None = None
    """The person's record as expressions see it: `user` in them."""
    is_system: bool = False
    limits: Limits = NO_LIMITS
    """How much less the key may do with which a program acts for them."""


SYSTEM = Actor(id=None, name="Customary", is_system=True)
"""The platform itself: may do everything, is nobody's record."""
