"""A change: a small value that says in one line what it does to the database, and does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from alembic.operations import Operations

DROP_INDEX, CREATE_TABLE, ADD_COLUMN, ADD_KEY, FILL, FILL_COMPUTED, FILL_SEARCH, ADD_INDEX, NOTHING = range(9)
"""The order in which changes are done; they are shown in the order of the definitions."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """One change. `sign` is + new, ~ changed, - taken away (never destroyed), → renamed.

    A change without text is a part of another one and is not shown.
    """

    phase: ClassVar[int] = NOTHING

    sign: str = "~"
    text: str = ""

    def describe(self) -> str:
        return f"{self.sign} {self.text}" if self.text else ""

    def apply(self, operations: Operations) -> None:
        """Does it, inside the transaction that `operations` is bound to. Most need no more than the new names."""
