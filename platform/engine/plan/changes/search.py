"""Change of data: the search index follows when other fields are searched than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import sqlalchemy as sa

from customary.engine.plan.change import FILL_SEARCH, Change
from customary.engine.plan.changes.fill import records_of
from customary.engine.plan.changes.values import work_on
from customary.engine.tables import Tables

if TYPE_CHECKING:
    from customary.engine.plan.applying.site import Site
    from customary.engine.records.work import Work


@dataclass(frozen=True, kw_only=True, eq=False)
class Reindex(Change):
    """The words of all records of an entity, gathered anew when nobody writes the old ones any more."""

    phase: ClassVar[int] = FILL_SEARCH
    finishes: ClassVar[bool] = True
    waits: ClassVar[bool] = True

    tables: Tables
    entity: str

    def finish(self, site: Site) -> None:
        site.go_through(self.tables.entity(self.entity), self._gather)

    def _gather(self, work: Work, ids: Sequence[UUID]) -> None:
        from customary.engine.records import index
        from customary.engine.records.writer.shape import shape

        connection, found = work.connection, index.search
        connection.execute(found.delete().where(found.c.record.in_(ids)))
        index.add(work, shape(work, self.entity), [record for record, _ in records_of(work, self.entity, ids)])


def searched(connection: sa.Connection, tables: Tables, entity: str) -> set[UUID]:
    """The fields whose words find a record of this entity, by their ids in the catalogue."""
    from customary.engine.records.writer.shape import shape

    fields = shape(work_on(connection, tables), entity).searched
    entries = (tables.catalogue.find("field", tables.catalogue.entity(entity).id, each.name) for each in fields)
    return {entry.id for entry in entries if entry is not None}
