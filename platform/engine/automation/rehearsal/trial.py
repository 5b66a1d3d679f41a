"""Trying a rule's steps out on the real data, in a transaction that is taken back.

The record is laid as it was; what it is linked to is as it is today. While a run waits, the record's later changes are
laid after one another, and the clock goes on to when the waiting ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import Pause, Stop
from customary.engine.automation.moment import Moment, values_in
from customary.engine.automation.rehearsal.matching import Look
from customary.engine.automation.running.going import RECORD_GONE, actor_of, cause_of
from customary.engine.automation.running.taking import Steps, Walk, why
from customary.engine.automation.running.waiting import keep, wakes
from customary.engine.automation.timeline import timeline_of
from customary.engine.automation.watching.log import StepTaken, step_taken
from customary.engine.database import Database
from customary.engine.messages.notifications import notification
from customary.engine.messages.outbox import Letter, letters
from customary.engine.model.workflow import Workflow
from customary.engine.people.actor import SYSTEM
from customary.engine.records.changes import Change, change, read_change
from customary.engine.records.identifier import new_id
from customary.engine.records.titles import titles
from customary.engine.records.work import Work
from customary.engine.releases import Release
from customary.engine.words import Reason

MOST_LETTERS = 200
CANNOT_LAY = Reason("The record is gone, and what it was linked to as well, so this cannot be tried.")


@dataclass(frozen=True)
class Written:
    """A record that the rule would have written."""

    change: Change
    title: str


@dataclass(frozen=True)
class Trial:
    """What a run would have come to. `until` is when its waiting would have ended, if that is still to come."""

    status: str
    reason: Reason | None = None
    until: datetime | None = None
    steps: tuple[StepTaken, ...] = ()
    written: tuple[Written, ...] = ()
    letters: tuple[Letter, ...] = ()
    told: tuple[str, ...] = ()
    """What users would have been notified of."""


def try_out(database: Database, release: Release, workflow: Workflow, look: Look, now: datetime) -> Trial:
    """Takes the steps of a rule for what happened once, and takes everything back. `now` is where the past ends."""
    with database.trial(brief=True) as connection:
        return _Trying(Work(connection, release, SYSTEM, look.change.at), workflow, look, now).through()


@dataclass
class _Trying:
    """One run that never was. `kept` is how many steps of its log lie before its last waiting."""

    work: Work
    workflow: Workflow
    look: Look
    now: datetime
    run: UUID = field(default_factory=new_id)
    steps: Steps = field(default_factory=Steps)
    results: dict[str, Any] = field(default_factory=dict)
    later: list[Change] = field(default_factory=list)
    kept: int = 0
    gone: bool = False

    def through(self) -> Trial:
        """From its first step to its end, or to a waiting that is not over yet."""
        if self.look.about[0] and not self._lay():
            return Trial(tables.FAILED, CANNOT_LAY)
        at, ahead, ended = self.look.change.at, [], tables.TIME
        while True:
            came = self._walk(at, ahead, ended)
            if not isinstance(came, Pause):
                return self._told(*came)
            waiting = self.steps.rows[-1]["position"]
            over = self._wait(waiting, came.until)
            if over is None:
                return self._told(tables.WAITING, until=came.until)
            if self.gone:
                return self._told(tables.STOPPED, RECORD_GONE)
            at, ended = over
            ahead = [int(part) for part in waiting.split(".")]
            self.steps.rows.pop()
            self.kept = len(self.steps.rows)

    def _lay(self) -> bool:
        """Lays the record as it was; whether it could be laid, or is there as it is today."""
        entity, id = self.look.about
        found = self.look.change
        later = change.c.at > found.at if found.cause.get("origin") == "time" else change.c.id > found.id
        timeline = timeline_of(self.work, entity, id, later)
        self.later = list(timeline.changes)
        table, state = self.work.release.tables.entity(entity), timeline.states[0]
        if timeline.today is not None:
            return self._put(table.table.update().where(table.column("id") == id).values(table.store(state))) or True
        made = {"created_at": found.at, "updated_at": found.at, "revision": 1}
        return self._put(table.table.insert().values(made | table.store(state)))

    def _put(self, statement: sa.Update | sa.Insert) -> bool:
        """What was may be in the way of what is today: a name given to another one, a link to what is gone."""
        try:
            with self.work.connection.begin_nested():
                self.work.connection.execute(statement)
        except sa.exc.IntegrityError:
            return False
        return True

    def _walk(self, at: datetime, ahead: list[int], ended: str) -> tuple[str, Reason | None] | Pause:
        """Takes the steps up to the end or the next waiting; when one cannot be done, none of them is kept."""
        moment = self._moment(at, self.look.change)
        kept = self.work.connection.begin_nested()
        try:
            moment.work = replace(
                moment.work, actor=actor_of(moment.work, self.workflow, moment.change.actor, moment.user)
            )
            Walk(self.workflow, self.run, moment, self.steps, list(ahead), ended).take(self.workflow.steps)
        except Pause as pause:
            kept.commit()
            return pause
        except Stop as stop:
            kept.commit()
            return tables.STOPPED, tables.read_reason(str(stop) or None)
        except Exception as error:
            kept.rollback()
            for row in self.steps.rows[self.kept :]:
                row["status"] = "undone" if row["status"] == "done" else row["status"]
            return tables.FAILED, why(error)
        kept.commit()
        return tables.DONE, None

    def _moment(self, at: datetime, found: Change) -> Moment:
        work = replace(self.work, now=at, cause=cause_of(self.run, self.workflow.name, self.look.change.cause))
        own = self.look.about == (found.entity, found.record)
        return Moment(work, found, self.results, None if own else self.look.about)

    def _wait(self, position: str, until: datetime | None) -> tuple[datetime, str] | None:
        """When and how the waiting ended, with the record laid as it was then; None when it has not ended."""
        while self.later and (until is None or self.later[0].at <= until):
            found = self.later.pop(0)
            if self.workflow.name in found.cause.get("chain", ()):
                continue
            self._roll(found)
            work = self._moment(found.at, found).work
            waiting = {"position": position, "results": keep(work, self.results)}
            if self.gone or wakes(work, self.workflow, waiting, found):
                return found.at, tables.EVENT
        return (until, tables.TIME) if until is not None and until <= self.now else None

    def _roll(self, found: Change) -> None:
        """Lays what a later change made of the record."""
        self.gone = found.kind == "deleted"
        table = self.work.release.tables.entity(found.entity)
        values = table.store(values_in(self.work.model.entities[found.entity], found.after))
        row = {**values, "updated_at": found.at, "archived_at": found.at if found.kind == "archived" else None}
        self._put(table.table.update().where(table.column("id") == found.record).values(row))

    def _told(self, status: str, reason: Reason | None = None, until: datetime | None = None) -> Trial:
        connection = self.work.connection
        told = sa.select(notification.c.text).where(notification.c.run == self.run).order_by(notification.c.id)
        return Trial(
            status,
            reason,
            until,
            tuple(map(step_taken, self.steps.rows)),
            tuple(self._written()),
            tuple(reversed(letters(connection, run=self.run, limit=MOST_LETTERS))),
            tuple(connection.execute(told).scalars()),
        )

    def _written(self) -> Iterator[Written]:
        rows = sa.select(change).where(change.c.id > self.run).order_by(change.c.id)
        found = [read_change(self.work, row) for row in self.work.connection.execute(rows).mappings()]
        own = [each for each in found if each.cause.get("run") == str(self.run)]
        named = titles(self.work, [(each.entity, each.record) for each in own])
        for each in own:
            yield Written(each, named.get((each.entity, each.record), ""))
