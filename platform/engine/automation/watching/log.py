"""The log of runs, for the page that shows what rules did and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.moment import started_by
from customary.engine.automation.running.chosen import Wanted
from customary.engine.automation.typed import read
from customary.engine.records.changes import Change
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words


@dataclass(frozen=True)
class Run:
    """One run of a workflow for one record. `status` is due, held (while the workflow is paused), waiting, done,
    stopped or failed; `why` says why.

    `due` is when it goes on, and `position` the step at which it waits or last waited.
    """

    id: UUID
    workflow: str
    release: int
    entity: str
    record: UUID
    change: UUID
    actor: UUID | None
    cause: Mapping[str, Any]
    status: str
    why: Reason | None
    at: datetime
    ended_at: datetime | None
    attempts: int
    due: datetime | None
    position: str | None

    @property
    def reason(self) -> str | None:
        """Why, in English."""
        return str(self.why) if self.why else None


@dataclass(frozen=True)
class StepTaken:
    """One step of a run: what went in, what came out. `status` is done, waiting, skipped, failed or undone.

    The result of a skipped one is the text of a Reason; `at` is when it ended.
    """

    position: str
    kind: str
    label: Words | None
    status: str
    input: Any
    result: Any
    error: Reason | None
    at: datetime


def runs_of(work: Work, *, before: UUID | None = None, limit: int = 50, **wanted: Any) -> list[Run]:
    """The newest of the runs that are wanted (see Wanted); `before` is the id of the last one of the page before."""
    statement = sa.select(tables.run).where(*Wanted(**wanted).conditions()).order_by(tables.run.c.id.desc())
    if before is not None:
        statement = statement.where(tables.run.c.id < before)
    return [_run(work, row) for row in work.connection.execute(statement.limit(limit)).mappings()]


def find_run(work: Work, id: UUID) -> Run | None:
    """One run, or None."""
    row = work.connection.execute(sa.select(tables.run).where(tables.run.c.id == id)).mappings().first()
    return _run(work, row) if row is not None else None


def rules_of(work: Work, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of the workflows that these runs were of."""
    if not ids:
        return {}
    found = sa.select(tables.run.c.id, tables.run.c.workflow).where(tables.run.c.id.in_(ids))
    return {row.id: row.workflow for row in work.connection.execute(found)}


def step_log(work: Work, run: UUID) -> list[StepTaken]:
    """The steps of a run in the order in which they were taken."""
    rows = work.connection.execute(
        sa.select(tables.step).where(tables.step.c.run == run).order_by(tables.step.c.id)
    ).mappings()
    return [step_taken(row) for row in rows]


def logs_of(work: Work, ids: Collection[UUID]) -> dict[UUID, tuple[Run, tuple[StepTaken, ...]]]:
    """Some runs, each with its steps."""
    if not ids:
        return {}
    found = work.connection.execute(sa.select(tables.run).where(tables.run.c.id.in_(ids))).mappings().all()
    taken = sa.select(tables.step).where(tables.step.c.run.in_(ids)).order_by(tables.step.c.id)
    steps: dict[UUID, list[StepTaken]] = {}
    for row in work.connection.execute(taken).mappings():
        steps.setdefault(row["run"], []).append(step_taken(row))
    return {row["id"]: (_run(work, row), tuple(steps.get(row["id"], ()))) for row in found}


def step_taken(row: Mapping[str, Any]) -> StepTaken:
    """A step by its row in the log."""
    told = {name: row[name] for name in StepTaken.__dataclass_fields__}
    label = Words(row["label"]) if row["label"] else None
    return StepTaken(**told | {"label": label, "error": tables.read_reason(row["error"])})


def input_of(work: Work, run: Run) -> Change | None:
    """The change that started a run: its input."""
    return started_by(work, {**vars(run), "entity": _code(work, run.entity)})


def payload_of(run: Run) -> Any:
    """What came in with what started a run: values that were asked for, a call of another system, a mail, a form."""
    return read(run.cause["payload"]) if "payload" in run.cause else None


def _code(work: Work, entity: str) -> str:
    """The name an entity was born with; what is gone, or empty, as it is."""
    return work.release.tables.code(entity) if entity in work.model.entities else entity


def _run(work: Work, row: Mapping[str, Any]) -> Run:
    entity = work.release.tables.named(row["entity"]) or row["entity"]
    names = [name for name in Run.__dataclass_fields__ if name != "why"]
    return Run(**{**{name: row[name] for name in names}, "entity": entity, "why": tables.read_reason(row["reason"])})
