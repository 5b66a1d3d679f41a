"""What once led to a record: history tells of links that are no more, because either end was deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records import storage
from customary.engine.records.changes import change, read_change
from customary.engine.records.work import Work

AT_ONCE = 500
Ends = Mapping[UUID, set[UUID]]


@dataclass(frozen=True)
class Once:
    """Looks the history through for `ids`, once for each link, however many they are."""

    ids: Collection[UUID]
    _known: dict[tuple[str, str], Ends] = field(default_factory=dict)

    def led_by(self, work: Work, other: Entity, link: Field, id: UUID) -> set[UUID]:
        """The records of `other` whose `link` led to a record until either was deleted."""
        if id not in self.ids:
            return _led(work, other, link, (id,)).get(id, set())
        key = (other.name, link.name)
        if key not in self._known:
            self._known[key] = _led(work, other, link, self.ids)
        return self._known[key].get(id, set())


def _led(work: Work, other: Entity, link: Field, ids: Collection[UUID]) -> Ends:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    wanted = {str(id): id for id in ids}
    codes = work.release.tables.codes(other.name)
    rows = sa.select(change).where(change.c.entity.in_(codes), change.c.before.is_not(None))
    if len(wanted) == 1:
        rows = rows.where(sa.cast(change.c.before, sa.Text).contains(next(iter(wanted))))
    for row in work.connection.execute(rows.execution_options(yield_per=AT_ONCE)).mappings():
        was = read_change(work, row).before.get(link.name)
        end = wanted.get(str(was.get("id") if isinstance(was, Mapping) else was))
        if end is not None:
            found[end].add(row["record"])
    return {end: _alone(work, other, link, records) for end, records in found.items()}


def _alone(work: Work, other: Entity, link: Field, records: Collection[UUID]) -> set[UUID]:
    """Those of them that are gone, or lead nowhere today."""
    lead = {each["id"] for each in storage.load_many(work, other.name, records) if each.get(link.name) is not None}
    return set(records) - lead
