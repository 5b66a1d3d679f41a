"""Money: an exact amount with its currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency, named by its ISO 4217 code."""

    amount: Decimal
    currency: str
    base: Money | None = field(default=None, compare=False, repr=False)
    """What it was worth in the workspace's currency when it was written; None where nobody knows."""

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
