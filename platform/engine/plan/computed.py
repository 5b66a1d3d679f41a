"""Change of data: computed fields that are kept are worked out for the records that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.model.dependence import nothing_kept, readings
from customary.engine.model.model import Model
from customary.engine.plan.change import FILL_COMPUTED, Change
from customary.engine.plan.fields import Comparison
from customary.engine.plan.fill import BATCH, work_on
from customary.engine.releases import Release
from customary.engine.tables import Tables

if TYPE_CHECKING:
    from alembic.operations import Operations

    from customary.engine.records.work import Work

Computed = tuple[str, str]
_AT_ONCE = 500
"""Records that are held in one transaction."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FillComputed(Change):
    """A kept field of all records, worked out by the statement that a reader would use. Nobody changed anything, so
    no history is written."""

    phase: ClassVar[int] = FILL_COMPUTED

    tables: Tables
    entity: str
    field: str

    def apply(self, operations: Operations) -> None:
        from customary.engine.records.derived import recompute

        work = work_on(operations.get_bind(), self.tables)
        for ids in _ids(work, self.entity, BATCH):
            # Nobody else writes the new column yet; who writes the old one writes what catching up finds.
            for _ in recompute(work, self.entity, [self.field], ids, held=False):
                pass

    def again(self, database: Database, release: Release) -> int:
        """Finds the records that were written under the old release, a few at a time; gives their number."""
        from customary.engine.people.actor import SYSTEM
        from customary.engine.records.derived import recompute
        from customary.engine.records.work import Work

        with database.read() as connection:
            batches = list(_ids(Work(connection, release, SYSTEM, datetime.now(UTC)), self.entity, _AT_ONCE))
        count = 0
        for ids in batches:
            with database.write() as connection:
                work = Work(connection, release, SYSTEM, datetime.now(UTC))
                count += sum(1 for _ in recompute(work, self.entity, [self.field], ids))
        return count


def compare_computed(comparison: Comparison) -> Iterator[Change]:
    """The kept fields that must be worked out, each after those that it reads."""
    from customary.engine.records.ways import find

    for entity, name in sorted((found := find(comparison.model)).rank, key=found.rank.__getitem__):
        made = comparison.tables.entity(entity)
        if comparison.is_there(made.table) and _is_due(comparison, entity, name):
            reason = made.entity.fields[name].kept
            text = f"field {entity}.{name} is worked out for all records and kept, since {reason}"
            yield FillComputed(text=text, tables=comparison.tables, entity=entity, field=name)


def _is_due(comparison: Comparison, entity: str, name: str) -> bool:
    """Whether the column is new, or what it is computed from is another than it was."""
    current, catalogue = comparison.current, comparison.tables.catalogue
    turns = {turn.after.id: turn for turn in comparison.turns}
    own = turns[catalogue.field(entity, name).id]
    if current is None or own.verb in ("born", "retyped", "revived"):
        return True
    before = current.tables.catalogue
    old_entity = before.entries[own.after.parent].name
    if current.model.settings.time_zone != comparison.model.settings.time_zone:
        return True
    if _texts(current.model, old_entity, own.before.name) != _texts(comparison.model, entity, name):
        return True
    read = readings(comparison.model.entities, entity, name, nothing_kept) or ()
    ends = ((each.steps[-1].to if each.steps else entity, each.name) for each in read)
    entries = (catalogue.find("field", catalogue.entity(of).id, each) for of, each in ends)
    return any(turns[entry.id].verb == "retyped" for entry in entries if entry is not None)


def _texts(model: Model, entity: str, name: str) -> frozenset[tuple[str, str, str]]:
    """The formulas by which a field is computed, those of all computed fields that it reads among them."""
    found: dict[Computed, str] = {}
    waiting = [(entity, name)]
    while waiting:
        here, field = waiting.pop()
        formula = model.entities[here].fields[field].formula
        if formula is None or (here, field) in found:
            continue
        found[here, field] = formula.text
        waiting += [at for path in formula.paths for at in _on(model, here, path)]
    return frozenset((*at, text) for at, text in found.items())


def _on(model: Model, entity: str, path: tuple[str, ...]) -> Iterator[Computed]:
    from customary.engine.access.hidden import target_of

    here: str | None = entity
    for name in path:
        if here is None:
            return
        if name in model.entities[here].fields:
            yield here, name
        here = target_of(model, here, name)


def _ids(work: Work, entity: str, size: int) -> Iterator[list[UUID]]:
    """The ids of all records, archived ones too, in batches."""
    table = work.release.tables.entity(entity).table
    after: UUID | None = None
    while True:
        statement = sa.select(table.c.id).order_by(table.c.id).limit(size)
        statement = statement.where(table.c.id > after) if after is not None else statement
        found = list(work.connection.execute(statement).scalars())
        if not found:
            return
        yield found
        after = found[-1]
