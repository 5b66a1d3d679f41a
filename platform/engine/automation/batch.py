"""A batch of changes while rules look at it: what they need of the database is read once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from customary.engine.automation.moment import Moment
from customary.engine.automation.timeline import Timeline
from customary.engine.columns import SomeIds
from customary.engine.people.recognise import person
from customary.engine.records import storage
from customary.engine.records.changes import Change, change, read_change
from customary.engine.records.kept import kept
from customary.engine.records.rows import among
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work


class Batch:
    """Changes in their order, with their records and the people who made them.

    The records of an entity are read when the first of them is asked for, in one statement, and so is what was
    written to them since.
    """

    def __init__(self, work: Work, changes: Iterable[Change]) -> None:
        self.work, self.changes = work, list(changes)
        self._records: dict[str, dict[UUID, Mapping[str, Any]]] = {}
        self._later: dict[UUID, list[tuple[UUID, datetime]]] = {}
        self._told: dict[UUID, Change] = {}
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
            self._later.clear()
        known = self._records[entity]
        if id not in known:
            known[id] = storage.load(self.work, entity, id)
            self._later.pop(id, None)
        return known[id]

    def later(self, found: Change, entity: str, id: UUID) -> list[UUID]:
        """The changes that saves after that of a change of the batch made to a record, oldest first.

        They are looked for after the record is read: what somebody writes in between is laid back from where it has
        not come.
        """
        if id not in self._later:
            self.read_later(self._ids[entity] if id in self._ids[entity] else {id})
        # One save may write a record several times, as when its rows are summed up: the moment is the same.
        return [each for each, at in self._later[id] if each > found.id and at != found.at]

    def read_later(self, ids: set[UUID]) -> None:
        """Looks for what was written to some records since the first change of the batch."""
        self._later |= {id: [] for id in ids}
        statement = kept(self.work, "later changes", lambda: _later(self.work))
        first, moments = min(each.id for each in self.changes), {each.at for each in self.changes}
        # What an import wrote is of one save, and no change of it is later than another.
        same = moments.pop() if len(moments) == 1 else None
        asked = {"ids": sorted(ids), "first": first, "same": same}
        for id, record, at in self.work.connection.execute(statement, asked).all():
            self._later[record].append((id, at))

    def told(self, ids: Sequence[UUID]) -> list[Change]:
        """Later changes, as far as it matters: what was there before them. Few records have any."""
        if not self._told.keys() >= set(ids):
            statement = kept(self.work, "later changes, told", lambda: _whole(self.work))
            every = sorted(id for rows in self._later.values() for id, _ in rows)
            rows = self.work.connection.execute(statement, {"ids": every}).mappings()
            self._told |= {row["id"]: read_change(self.work, {**row, "after": None}) for row in rows}
        return [self._told[id] for id in ids]

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


def _later(work: Work) -> sa.Select:
    after = change.c.id > sa.bindparam("first", type_=change.c.id.type)
    other = change.c.at.is_distinct_from(sa.bindparam("same", type_=change.c.at.type))
    return (
        sa.select(change.c.id, change.c.record, change.c.at).where(_of_these(work), after, other).order_by(change.c.id)
    )


def _whole(work: Work) -> sa.Select:
    return sa.select(*(each for each in change.c if each.name != "after")).where(among(work, change.c.id, "ids"))


def _of_these(work: Work) -> sa.ColumnElement:
    """PostgreSQL takes the ids as rows to be joined: of a table that it knows little of, it would compare each row
    with each of them."""
    if work.is_sqlite:
        return among(work, change.c.record, "ids")
    ids = sa.cast(sa.bindparam("ids", type_=SomeIds()), postgresql.ARRAY(sa.Uuid()))
    return change.c.record.in_(sa.select(sa.func.unnest(ids)))


@dataclass
class Seen(Moment):
    """A moment of a batch, at whose scope all rules look; `number` is the place of its change.

    The record is as the save of that change left it, whatever was written since. What a condition has read is not
    read again for the next one: nothing is written while rules look.
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

    def is_over(self) -> bool:
        """Whether the record is another by now: it was written since, or is gone."""
        return self.change.kind == "deleted" or bool(self.batch.later(self.change, self.entity, self.id))

    def there(self) -> Mapping[str, Any] | None:
        now = self.batch.record(self.entity, self.id)
        later = self.batch.told(self.batch.later(self.change, self.entity, self.id))
        return Timeline(self.work.model.entities[self.entity], self.id, later, now).states[0] if later else now
