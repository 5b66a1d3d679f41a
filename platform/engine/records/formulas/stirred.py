"""A written record, as far as computed fields of others care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customary.engine.money import Money
from customary.engine.records.writer.draft import is_empty


@dataclass(frozen=True, slots=True)
class Stirred:
    """A record that was written, with what is known of its values before and after."""

    entity: str
    id: UUID
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def is_whole(self) -> bool:
        """Whether it was written with all its values, and not computed or valued afterwards."""
        return "id" in (self.after or self.before or ())

    def changed(self, name: str) -> bool:
        was, now = (side.get(name) if side else None for side in (self.before, self.after))
        return (was != now or worth(was) != worth(now)) and not (is_empty(was) and is_empty(now))

    def after_all(self, earlier: Stirred | None) -> Stirred:
        """This change and an earlier one of the same record as one."""
        if earlier is None:
            return self
        before, after = {**self.before, **earlier.before}, {**earlier.after, **self.after}
        return Stirred(self.entity, self.id, before, after)


def worth(value: Any) -> Any:
    """What an amount is worth in the workspace's currency, as it is kept."""
    return value.base.amount if isinstance(value, Money) and value.base is not None else None
