"""Limits: how much less than its owner a key may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Reading alone, or records of some entities alone; None for all of them."""

    read_only: bool = False
    entities: frozenset[str] | None = None

    def allow(self, entity: str, act: str) -> bool:
        """Whether an act is within the limits; the rights of the owner decide after that."""
        within = self.entities is None or entity in self.entities
        return within and (not self.read_only or act in ("read", "export"))


NO_LIMITS = Limits()
