"""Looking back: a rule's condition over records as they were, and over those that they link to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from customary.engine.automation.moment import Moment
from customary.engine.automation.timeline import Timeline, timeline_of
from customary.engine.people.recognise import person
from customary.engine.records.changes import change
from customary.engine.records.scope import RecordScope, RecordView
from customary.engine.records.work import Work

MOST_KEPT = 5_000
"""Timelines of linked records that are kept for the next who links to them."""


class Past:
    """What was, from a moment on, as one connection can tell it."""

    def __init__(self, work: Work, since: datetime) -> None:
        self.work, self.since = work, since
        self._people: dict[UUID, Mapping[str, Any] | None] = {}
        self._timelines: dict[UUID, Timeline] = {}

    def person(self, id: UUID | None) -> Mapping[str, Any] | None:
        """Who acted: as a user is today, for roles and teams are not looked back at."""
        if id is None:
            return None
        if id not in self._people:
            self._people[id] = person(self.work.connection, self.work.release, id)
        return self._people[id]

    def record(self, entity: str, id: UUID, at: datetime) -> Mapping[str, Any] | None:
        """A record as it was; None when it was not there yet, or is long gone."""
        if id not in self._timelines:
            if len(self._timelines) >= MOST_KEPT:
                self._timelines.clear()
            self._timelines[id] = timeline_of(self.work, entity, id, change.c.at >= self.since)
        timeline = self._timelines[id]
        made = next((each for each in timeline.changes if each.kind == "created"), None)
        ended = next((each for each in timeline.changes if each.kind == "deleted"), None)
        if (made is not None and made.at > at) or (ended is not None and ended.at <= at):
            return None
        return timeline.at(at) if timeline.today is not None or timeline.changes else None


class PastScope(RecordScope):
    """A scope in which records are as they were. Of lists it knows who is in them today."""

    past: Past

    def find(self, entity: str, id: UUID) -> RecordView | None:
        key = (entity, id)
        if key not in self._found:
            self.looked.add(entity)
            values = self.past.record(entity, id, self.now)
            self._found[key] = self.view(entity, dict(values)) if values is not None else None
        return self._found[key]

    def _list(self, entity: str, found: Iterable[dict[str, Any]], by: str = "") -> list[Mapping[str, Any]]:
        then = (self.past.record(entity, values["id"], self.now) for values in found)
        return super()._list(entity, (dict(values) for values in then if values is not None), by)


@dataclass
class PastMoment(Moment):
    """A moment that is over. `then` is the record as it was."""

    past: Past = field(kw_only=True)
    then: Mapping[str, Any] | None = field(kw_only=True)

    @cached_property
    def user(self) -> Mapping[str, Any] | None:
        return self.past.person(self.change.actor)

    def there(self) -> Mapping[str, Any] | None:
        return self.then

    def _scope(self, *about: Any) -> RecordScope:
        scope = PastScope(replace(self.work, now=self.change.at), *about, bindings={"user": self.user})
        scope.past = self.past
        return scope
