"""Change of data: a new running number is given to the records that are there already, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from customary.engine.fields.auto_number import AutoNumber
from customary.engine.plan.change import FILL, Change
from customary.engine.plan.fill import records_of, work_on, write_values
from customary.engine.tables import Tables

if TYPE_CHECKING:
    from alembic.operations import Operations


@dataclass(frozen=True, kw_only=True, eq=False)
class FillNumbers(Change):
    """Running numbers for records that have none."""

    phase: ClassVar[int] = FILL

    tables: Tables
    entity: str
    field: AutoNumber

    def apply(self, operations: Operations) -> None:
        from customary.engine.records.numbers import take

        connection, field = operations.get_bind(), self.field
        work = work_on(connection, self.tables)
        waiting = [each for each in records_of(work, self.entity) if each[0].get(field.name) is None]
        if not waiting:
            return
        first = take(work, self.entity, field, len(waiting)) - len(waiting) + 1
        numbers = {}
        for count, (record, scope) in enumerate(waiting, first):
            numbers[record["id"]] = field.compose(field.fill(scope), count)
        write_values(connection, self.tables.entity(self.entity), field, numbers)
