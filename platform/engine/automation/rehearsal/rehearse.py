"""A rehearsal: what a rule would have done since a moment, beside what the applied one did."""

from __future__ import annotations

import heapq
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from uuid import UUID

from customary.engine.automation.rehearsal.applied import Applied
from customary.engine.automation.rehearsal.matching import REFUSED, STARTS, Look, looks
from customary.engine.automation.rehearsal.outcome import Because, outcome
from customary.engine.automation.rehearsal.past import Past
from customary.engine.automation.rehearsal.times import is_foreseen, timed_looks
from customary.engine.automation.rehearsal.trial import Trial, try_out
from customary.engine.automation.watching.log import Run, StepTaken, logs_of
from customary.engine.database import Database
from customary.engine.model.workflow import Workflow
from customary.engine.people.actor import SYSTEM
from customary.engine.records.titles import titles
from customary.engine.records.work import Work
from customary.engine.releases import Release
from customary.engine.snapshot import snapshot
from customary.engine.words import Reason

MOST_TRIED, MOST_TRACED = 20, 500
OFTEN = 500
"""After so many looks, the clock is looked at too."""
SAME, NEW, GONE = "same", "new", "gone"
"""Both would start it; only what is rehearsed would; only the applied one did."""
NOT_BEFORE = Reason("A rule before the save does nothing on its own; try it out by its examples.")
ONLY_BEGUN = Reason(
    "History does not tell when “{trigger}” would have come, so the times at which the applied rule began are "
    "played again."
)
NOT_ALL = Reason(
    "There is more history than could be looked at now, so this is a part of it. The command “customary rehearse "
    "workflow” looks at all."
)
AS_TODAY = Reason("Lists of linked records hold whom they hold today.")


class CannotRehearse(Exception):
    """It cannot be rehearsed; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(str(reason))


@dataclass(frozen=True)
class Asked:
    """What is to be rehearsed: since when, for one record or all, and how many of the newest are tried out."""

    since: datetime
    until: datetime
    record: UUID | None = None
    most: int = MOST_TRIED
    seconds: float = inf
    """How long to look: a page cannot wait for ever."""


@dataclass(frozen=True)
class Case:
    """One thing that happened: to which record, how it fares, how the condition came out where one record is followed,
    and what the steps would come to where they were tried.

    `fares` is None where it starts neither the rehearsed rule nor the applied one; `really` is the run of the applied
    one, with the steps that it took.
    """

    look: Look
    title: str
    fares: str | None
    because: Because = Because()
    really: tuple[Run, tuple[StepTaken, ...]] | None = None
    trial: Trial | None = None


@dataclass
class Rehearsal:
    """What came of it. `notes` say what could not be looked back at."""

    workflow: Workflow
    asked: Asked
    looked_at: int = 0
    fares: Counter[str] = field(default_factory=Counter)
    limited: int = 0
    """How often a limit of the rule would have kept it from running."""
    cases: list[Case] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    notes: list[Reason] = field(default_factory=list)

    @property
    def starts(self) -> int:
        """How often it would have started."""
        return self.fares[SAME] + self.fares[NEW]


def rehearse(database: Database, release: Release, name: str, asked: Asked) -> Rehearsal:
    """Plays a rule of a release over what has happened. Nothing is changed, sent or told.

    The release need not be applied, but must lie over the tables that are there. Raises CannotRehearse.
    """
    workflow = release.model.workflows[name]
    if workflow.before:
        raise CannotRehearse(NOT_BEFORE)
    with snapshot(database) as connection:
        looking = _Looking(Work(connection, release, SYSTEM, asked.until), Rehearsal(workflow, asked))
        looking.look()
    rehearsal = looking.rehearsal
    rehearsal.cases = [_tried(database, release, rehearsal, case) for case in rehearsal.cases]
    return rehearsal


def _tried(database: Database, release: Release, rehearsal: Rehearsal, case: Case) -> Case:
    if case.fares not in (SAME, NEW):
        return case
    return replace(case, trial=try_out(database, release, rehearsal.workflow, case.look, rehearsal.asked.until))


class _Looking:
    """Everything that happened, looked at once; what is kept of it does not grow with it."""

    def __init__(self, work: Work, rehearsal: Rehearsal) -> None:
        self.work, self.rehearsal = work, rehearsal
        self.workflow, self.asked = rehearsal.workflow, rehearsal.asked
        self.past = Past(work, rehearsal.asked.since)
        self.applied = Applied(work, self.workflow, self.asked.since, self.asked.record)
        self._newest: list[tuple[datetime, int, Look, str | None, UUID | None]] = []
        self._begun: set[UUID] = set(self.applied.before) if self.workflow.limits.get("once") else set()
        self._hours: list[datetime] = []

    def look(self) -> None:
        end = time.monotonic() + self.asked.seconds
        for each in self._looks():
            self.rehearsal.looked_at += 1
            if self.rehearsal.looked_at % OFTEN == 0 and time.monotonic() > end:
                self.rehearsal.notes.append(NOT_ALL)
                break
            if each.error:
                self.rehearsal.errors[each.error] += 1
            if each.verdict == STARTS:
                self._starts(each)
            elif self.asked.record is not None:
                self._keep(each, None)
        self._limit_hours()
        self.rehearsal.fares[GONE] = len(self.applied)
        for each, run in self.applied.left(self.asked.most):
            self._keep(each, GONE, run)
        if self.workflow.where is not None and self.workflow.where.reads_others:
            self.rehearsal.notes.append(AS_TODAY)
        self.rehearsal.cases = list(self._cases())

    def _looks(self) -> Iterator[Look]:
        yield from looks(self.past, self.workflow, self.asked.record)
        yield from timed_looks(self.past, self.workflow, self.asked.until, self.asked.record)
        unforeseen = [each["kind"] for each in self.workflow.triggers if not is_foreseen(each)]
        self.rehearsal.notes += [Reason(ONLY_BEGUN.text, {"trigger": kind}) for kind in dict.fromkeys(unforeseen)]
        yield from self.applied.begun_by(set(unforeseen), self.past)

    def _starts(self, look: Look) -> None:
        record = look.about[1]
        if self.workflow.limits.get("once"):
            if record in self._begun:
                self.rehearsal.limited += 1
                return
            self._begun.add(record)
        if self.workflow.limits.get("per_hour"):
            self._hours.append(look.change.at)
        run = self.applied.take(look)
        fares = SAME if run is not None else NEW
        self.rehearsal.fares[fares] += 1
        self._keep(look, fares, run)

    def _limit_hours(self) -> None:
        """How many would have come when so many had begun within the hour before."""
        most, self._hours = self.workflow.limits.get("per_hour"), sorted(self._hours)
        begun: list[datetime] = []
        for at in self._hours:
            if len(begun) - bisect_left(begun, at - timedelta(hours=1)) >= most:
                self.rehearsal.limited += 1
            else:
                begun.append(at)

    def _keep(self, look: Look, fares: str | None, run: UUID | None = None) -> None:
        """Keeps the newest."""
        most = self.asked.most if self.asked.record is None else MOST_TRACED
        entry = (look.change.at, self.rehearsal.looked_at + self.rehearsal.fares.total(), look, fares, run)
        if len(self._newest) < most:
            heapq.heappush(self._newest, entry)
        elif self._newest and entry[:2] > self._newest[0][:2]:
            heapq.heapreplace(self._newest, entry)

    def _cases(self) -> Iterator[Case]:
        newest = sorted(self._newest, key=lambda entry: entry[:2], reverse=True)
        named = titles(self.work, {look.about for _, _, look, _, _ in newest if look.about[0]})
        runs = logs_of(self.work, [run for *_, run in newest if run is not None])
        for _, _, look, fares, run in newest:
            yield Case(look, named.get(look.about, ""), fares, self._because(look), runs.get(run))

    def _because(self, look: Look) -> Because:
        if self.asked.record is None or look.verdict not in (STARTS, REFUSED):
            return Because()
        return outcome(self.past, self.workflow, look.change, look.about)
