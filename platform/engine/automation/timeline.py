"""Records as they were: worked out backwards from how they are today, change by change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation.moment import values_in
from customary.engine.model.entity import Entity
from customary.engine.records import storage
from customary.engine.records.changes import Change, change, read_change
from customary.engine.records.work import Work

FETCHED, TOGETHER = 2_000, 200
"""Rows fetched, and records looked up, in one go."""
ARCHIVING = ("archived", "restored")


@dataclass(frozen=True)
class Timeline:
    """One record: its changes, oldest first, and how it is today (nothing when it is gone)."""

    entity: Entity
    record: UUID
    changes: Sequence[Change]
    today: Mapping[str, Any] | None

    @cached_property
    def states(self) -> list[dict[str, Any]]:
        """The record before the first change, and after each. One that was deleted stays as it was last."""
        found = [dict(self.today or {"id": self.record})]
        for each in reversed(self.changes):
            before = values_in(self.entity, each.before) | _archived_before(each)
            if each.kind == "deleted":
                found[-1] = found[-1] | before
            found.append(found[-1] | before)
        found.reverse()
        for state, each in zip(found[1:], self.changes, strict=True):
            state["updated_at"] = each.at
        return found

    def at(self, moment: datetime) -> dict[str, Any]:
        """The record as it was at a moment."""
        return self.states[sum(each.at <= moment for each in self.changes)]


def timelines(work: Work, entities: Iterable[str], since: datetime, record: UUID | None = None) -> Iterator[Timeline]:
    """Those of all records of some entities that changed since a moment, or that of one; read as they are needed."""
    codes = [code for each in entities for code in work.release.tables.codes(each)]
    found = sa.select(change).where(change.c.entity.in_(codes), change.c.at >= since)
    if record is not None:
        found = found.where(change.c.record == record)
    ordered = found.order_by(change.c.record, change.c.id).execution_options(yield_per=FETCHED)
    groups = groupby(work.connection.execute(ordered).mappings(), itemgetter("record"))
    whole = ((id, [read_change(work, row) for row in rows]) for id, rows in groups)
    while some := list(islice(whole, TOGETHER)):
        yield from _over_today(work, some)


def timeline_of(work: Work, entity: str, id: UUID, later: sa.ColumnElement) -> Timeline:
    """That of one record, of those of its changes for which `later` holds."""
    found = sa.select(change).where(change.c.record == id, later).order_by(change.c.id)
    changes = [read_change(work, row) for row in work.connection.execute(found).mappings()]
    return Timeline(work.model.entities[entity], id, changes, storage.load(work, entity, id))


def _over_today(work: Work, some: Sequence[tuple[UUID, list[Change]]]) -> Iterator[Timeline]:
    by_entity: dict[str, list[UUID]] = {}
    for id, changes in some:
        by_entity.setdefault(changes[0].entity, []).append(id)
    today = {
        values["id"]: values for entity, ids in by_entity.items() for values in storage.load_many(work, entity, ids)
    }
    for id, changes in some:
        yield Timeline(work.model.entities[changes[0].entity], id, changes, today.get(id))


def _archived_before(each: Change) -> dict[str, Any]:
    """Being archived does not stand among the values of a change."""
    return {"archived_at": {"archived": None, "restored": each.at}[each.kind]} if each.kind in ARCHIVING else {}
