"""Change of data: a new running number is given to the records that are there already, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from customary.engine.fields.auto_number import AutoNumber
from customary.engine.plan.changes.fill import FillField, records_of
from customary.engine.plan.changes.values import write_values

if TYPE_CHECKING:
    from customary.engine.records.work import Work


@dataclass(frozen=True, kw_only=True, eq=False)
class FillNumbers(FillField):
    """Running numbers for records that have none."""

    oldest_first: ClassVar[bool] = True

    field: AutoNumber

    def fill(self, work: Work, ids: Sequence[UUID]) -> None:
        from customary.engine.records.writer.numbers import take

        waiting = [each for each in records_of(work, self.entity, ids) if each[0].get(self.field.name) is None]
        if not waiting:
            return
        first = take(work, self.entity, self.field, len(waiting)) - len(waiting) + 1
        numbers = {}
        for count, (record, scope) in enumerate(waiting, first):
            numbers[record["id"]] = self.field.compose(self.field.fill(scope), count)
        write_values(work, self.over, self.field, numbers)
