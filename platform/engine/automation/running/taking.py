"""Taking the steps of a run, one after the other, from its beginning or from where it waited."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import Acting, CannotDo, Done, Pause, Stop
from customary.engine.automation.kinds import step_kinds
from customary.engine.automation.moment import Moment
from customary.engine.model.workflow import Workflow
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale, reason_of
from customary.engine.tracing import span
from customary.engine.words import Reason

ROUNDS_LOGGED = 100
"""Of a loop, so many rounds are logged step by step; what fails is logged always."""


@dataclass
class Steps:
    """The log of a run while its steps are taken; it outlives the transaction that is rolled back."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    begun: float = field(default_factory=time.perf_counter)
    goes_on: bool = False
    """Whether the run has waited before."""

    def clock(self, now: datetime) -> datetime:
        """The time for the log: steps see one `now`, but people want to know how long each took."""
        return now + timedelta(seconds=time.perf_counter() - self.begun)

    def note(self, step: Mapping[str, Any], position: str, now: datetime, status: str, **more: Any) -> None:
        label = step.get("label")
        self.rows.append(
            {
                "id": new_id(),
                "position": position,
                "kind": step["kind"],
                "label": dict(label.by_language) if label else None,
                "status": status,
                "input": more.get("input"),
                "result": more.get("result"),
                "error": tables.reason_text(more["error"]) if "error" in more else None,
                "at": self.clock(now),
            }
        )

    def undo(self) -> None:
        """What was done was taken back."""
        for row in self.rows:
            row["status"] = "undone" if row["status"] == "done" else row["status"]


def write_logs(connection: sa.Connection, taken: Mapping[UUID, Steps]) -> None:
    """Writes the logs of runs. What one of them waited for is over then, and stands in its log."""
    if went_on := [run for run, steps in taken.items() if steps.goes_on]:
        connection.execute(_WAITED, {"runs": went_on})
    if rows := [{**row, "run": run} for run, steps in taken.items() for row in steps.rows]:
        connection.execute(_LOG, rows)


_LOG = tables.step.insert()
_WAITED = tables.step.delete().where(
    tables.step.c.run.in_(sa.bindparam("runs", expanding=True)), tables.step.c.status == tables.WAITING
)


@dataclass
class Walk:
    """A walk over the steps of a workflow.

    `ahead` is the way to the step at which the run waited, as numbers of steps and cases; what lies before is done.
    `ended` says how the waiting ended.
    """

    workflow: Workflow
    run: UUID
    moment: Moment
    log: Steps
    ahead: list[int] = field(default_factory=list)
    ended: str = tables.TIME

    def take(self, steps: Iterable[Mapping[str, Any]], inside: str = "") -> None:
        """Takes the steps in order. What cannot be done is noted before it ends the run; a Pause goes up."""
        for number, step in enumerate(steps, 1):
            position = f"{inside}{number}"
            if not self.ahead:
                self._begin(step, position)
            elif number == self.ahead[0]:
                self.ahead.pop(0)
                self._go_on(step, position)

    def _begin(self, step: Mapping[str, Any], position: str) -> None:
        acting = Acting(self.workflow, self.run, self.moment, position)
        if self.workflow.stop is not None and self.workflow.stop.holds(acting.scope):
            raise Stop(tables.reason_text(STOPS))
        if step.get("if") is not None and not step["if"].holds(acting.scope):
            self._note(step, position, "skipped", result=Reason("its condition does not hold").text)
        elif step["kind"] == "choose":
            self._choose(step, acting)
        elif step["kind"] == "for_each":
            self._each(step, acting)
        else:
            self._perform(step, acting)

    def _go_on(self, step: Mapping[str, Any], position: str) -> None:
        """Goes into the case that was chosen, or on from the step that waited."""
        if self.ahead:
            case = self.ahead.pop(0)
            self.take(step["cases"][case - 1][1], f"{position}.{case}.")
            return
        resumed = getattr(step_kinds()[step["kind"]], "resumed", self._waited)
        self._perform(step, Acting(self.workflow, self.run, self.moment, position), resumed)

    def _waited(self, step: Mapping[str, Any], acting: Acting) -> Done:
        return Done(result={"reason": self.ended})

    def _perform(
        self,
        step: Mapping[str, Any],
        acting: Acting,
        perform: Callable[[Mapping[str, Any], Acting], Done] | None = None,
    ) -> None:
        try:
            with span(f"step {step['kind']}", (Pause, Stop), workflow=self.workflow.name, position=acting.position):
                done = (perform or step_kinds()[step["kind"]].perform)(step, acting)
        except Stop as stop:
            self._note(step, acting.position, "done", result=str(stop) or None)
            raise
        except Pause as pause:
            self._note(step, acting.position, tables.WAITING, input=pause.input)
            raise
        except Exception as error:
            given = _attempted(step, acting)
            self.log.note(step, acting.position, acting.work.now, "failed", error=why(error), input=given)
            raise
        status, result = ("skipped", done.skipped.text) if done.skipped else ("done", done.result)
        self._note(step, acting.position, status, input=done.input, result=result)
        self._bind(step, done.binds if done.binds is not None else done.result)
        if done.case is not None:
            self.take(step["cases"][done.case - 1][1], f"{acting.position}.{done.case}.")

    def _choose(self, step: Mapping[str, Any], acting: Acting) -> None:
        for number, (condition, steps) in enumerate(step["cases"], 1):
            if condition is None or condition.holds(acting.scope):
                self._note(step, acting.position, "done", result={"case": number})
                self.take(steps, f"{acting.position}.{number}.")
                return
        self._note(step, acting.position, "skipped", result=Reason("no case holds").text)

    def _each(self, step: Mapping[str, Any], acting: Acting) -> None:
        """Takes the inner steps for each record of a list, as the list is when the loop begins."""
        entity = step["entity"]
        ids = step["in"].evaluate(acting.scope) or ()
        self._note(step, acting.position, "done" if ids else "skipped", result=_rounds(len(ids)))
        for number, id in enumerate(ids, 1):
            self.moment.results[step["name"]] = (entity, id)
            self.take(step["steps"], f"{acting.position}.{number}.")
        self.moment.results.pop(step["name"], None)

    def _bind(self, step: Mapping[str, Any], value: Any) -> None:
        if step.get("as"):
            self.moment.results[step["as"]] = value

    def _note(self, step: Mapping[str, Any], position: str, status: str, **more: Any) -> None:
        if not _is_late(position):
            self.log.note(step, position, self.moment.work.now, status, **more)


def has_kind(steps: Sequence[Mapping[str, Any]], kinds: Collection[str]) -> bool:
    """Whether a step of these kinds is among some, or in their cases."""
    cases = (case for step in steps for _, case in step.get("cases", ()))
    return any(step["kind"] in kinds for step in steps) or any(has_kind(case, kinds) for case in cases)


STOPS = Reason("The condition under which this rule stops holds.")


def why(error: Exception) -> Reason:
    """What went wrong, for people."""
    if isinstance(error, Missing):
        return Reason("the record is not there any more")
    if isinstance(error, Stale):
        return Reason("the record was changed by somebody else meanwhile")
    if isinstance(error, Refused):
        return reason_of(error.problems)
    if isinstance(error, Forbidden | CannotDo):
        return error.reason
    return Reason(f"{type(error).__name__}: {error}")


def _rounds(count: int) -> Any:
    return {"count": count} if count else Reason("there is nothing to go through").text


def _is_late(position: str) -> bool:
    """Whether a step lies in a round of a loop that is not logged any more."""
    return any(int(part) > ROUNDS_LOGGED for part in position.split(".")[1:])


def _attempted(step: Mapping[str, Any], acting: Acting) -> Any:
    """The values of a step that failed, as far as they can be worked out."""
    try:
        entity = step.get("entity")
        return acting.written(acting.values(step["values"], entity), entity) if entity else None
    except Exception:
        return None
