"""A batch of changes while rules look at it: what they need of the database is read once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from customary.engine.automation.moment import Moment
from customary.engine.people.recognise import person
from customary.engine.records import storage
from customary.engine.records.changes import Change
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work


class Batch:
    """Changes in their order, with their records as they are now and the people who made them.

    The records of an entity are read when the first of them is asked for, in one statement.
    """

    def __init__(self, work: Work, changes: Iterable[Change]) -> None:
        self.work, self.changes = work, list(changes)
        self._records: dict[str, dict[UUID, Mapping[str, Any]]] = {}
        self._people: dict[UUID, Mapping[str, Any] | None] = {}

    @cached_property
    def moments(self) -> list[Seen]:
        return [Seen(self.work, found, batch=self, number=number) for number, found in enumerate(self.changes)]

    def record(self, entity: str, id: UUID) -> Mapping[str, Any] | None:
        """A record as it is now, or None."""
        if entity not in self._records:
            found = storage.load_many(self.work, entity, self._ids[entity])
            self._records[entity] = {values["id"]: values for values in found}
            self._records[entity] |= dict.fromkeys(self._ids[entity] - self._records[entity].keys())
        known = self._records[entity]
        if id not in known:
            known[id] = storage.load(self.work, entity, id)
        return known[id]

    def person(self, id: UUID) -> Mapping[str, Any] | None:
        if id not in self._people:
            self._people[id] = person(self.work.connection, self.work.release, id)
        return self._people[id]

    @cached_property
    def _ids(self) -> Mapping[str, set[UUID]]:
        found = defaultdict(set)
        for each in self.changes:
            found[each.entity].add(each.record)
        return found


@dataclass
class Seen(Moment):
    """A moment of a batch, at whose scope all rules look; `number` is the place of its change.

    What a condition has read is not read again for the next one: nothing is written while rules look.
    """

    batch: Batch = field(kw_only=True)
    number: int = field(kw_only=True)

    @cached_property
    def user(self) -> Mapping[str, Any] | None:
        return self.batch.person(self.change.actor) if self.change.actor else None

    def of(self, entity: str, id: UUID) -> Seen:
        """The same change as it concerns another record."""
        return Seen(self.work, self.change, about=(entity, id), batch=self.batch, number=self.number)

    def scope(self, now: Mapping[str, Any] | None = None) -> RecordScope:
        return self._looked_at

    @cached_property
    def _looked_at(self) -> RecordScope:
        return super().scope()

    def there(self) -> Mapping[str, Any] | None:
        return self.batch.record(self.entity, self.id)
