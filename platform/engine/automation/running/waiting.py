"""Waiting: what a run keeps of itself while it waits, and what wakes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.moment import Moment
from customary.engine.automation.running.begun import as_begun
from customary.engine.automation.typed import read, told
from customary.engine.messages import Letter
from customary.engine.model.workflow import Workflow
from customary.engine.records.changes import Change
from customary.engine.records.scope import Several
from customary.engine.records.work import Work


def keep(work: Work, results: Mapping[str, Any]) -> dict[str, Any]:
    """What the steps have given so far, as the run's row keeps it: records by their id, the rest as it is."""
    return {"given": {name: _kept(work, value) for name, value in results.items()}}


def kept(work: Work, run: Mapping[str, Any]) -> dict[str, Any]:
    """What the steps of a run had given when it began to wait."""
    return {name: _given(work, value) for name, value in run["results"].get("given", {}).items()}


def way(run: Mapping[str, Any]) -> tuple[list[int], str]:
    """The way to the step at which a run waits, and how its waiting ended; empty when it has not begun."""
    steps = [int(part) for part in run["position"].split(".")] if run["position"] else []
    return steps, run["results"].get("ended", tables.TIME)


def wake(work: Work, changes: Iterable[Change]) -> None:
    """Makes those waiting runs due whose event happened, whose condition holds now or which are to stop."""
    waiting = _waiting(work, {each.record for each in changes})
    for found in changes if waiting else ():
        for run in waiting.pop(found.record, ()):
            workflow = as_begun(work, run)
            if workflow is not None and wakes(work, workflow, run, found):
                end_waiting(work, run)
            else:
                waiting[found.record].append(run)


def _waiting(work: Work, records: set[UUID]) -> dict[UUID, list[Mapping[str, Any]]]:
    found = defaultdict(list)
    for row in work.connection.execute(_waiting_for(), {"records": list(records)}).mappings():
        found[row["record"]].append(row)
    return found


@cache
def _waiting_for() -> sa.Select:
    """The runs that wait at some records; made once, for it is asked of every batch of changes."""
    run, records = tables.run, sa.bindparam("records", expanding=True)
    return sa.select(run).where(run.c.record.in_(records), run.c.status == tables.WAITING).order_by(run.c.id)


def wakes(work: Work, workflow: Workflow, run: Mapping[str, Any], found: Change) -> bool:
    """Whether a change ends the waiting of a run."""
    moment = Moment(work, found, kept(work, run))
    step = step_at(workflow, way(run)[0])
    event, until = step.get("event"), step.get("when")
    if event is not None and trigger_kinds()[event["kind"]].matches(event, found, moment):
        return True
    if found.kind == "deleted":
        return True
    return any(each is not None and each.holds(moment.scope()) for each in (until, workflow.stop))


def end_waiting(work: Work, run: Mapping[str, Any]) -> None:
    """Makes a waiting run due, because what it waited for has happened."""
    row = {"due": work.now, "results": {**run["results"], "ended": tables.EVENT}}
    still = (tables.run.c.id == run["id"], tables.run.c.status == tables.WAITING)
    work.connection.execute(tables.run.update().where(*still).values(row))


def hear(connection: sa.Connection, letter: Letter, now: datetime) -> None:
    """Makes the run due that waits for what became of a message."""
    run = tables.run
    waits = (run.c.id == letter.run, run.c.status == tables.WAITING, run.c.position == letter.position)
    if letter.run is not None and letter.position is not None:
        connection.execute(run.update().where(*waits).values(due=now))


def step_at(workflow: Workflow, way: list[int]) -> Mapping[str, Any]:
    """The step that a way of numbers of steps and cases leads to."""
    steps, ahead = workflow.steps, list(way)
    step = steps[ahead.pop(0) - 1]
    while ahead:
        steps = step["cases"][ahead.pop(0) - 1][1]
        step = steps[ahead.pop(0) - 1]
    return step


def _kept(work: Work, value: Any) -> Any:
    """Entities by the name of their birth, for they may be renamed while the run waits."""
    if isinstance(value, tuple):
        return {"record": [work.release.tables.code(value[0]), str(value[1])]}
    if isinstance(value, Several):
        return {"records": [work.release.tables.code(value.entity), *map(str, value.ids)]}
    if _holds_records(value):
        return {"each": {name: _kept(work, each) for name, each in value.items()}}
    return {"plain": told(value)}


def _given(work: Work, stored: Mapping[str, Any]) -> Any:
    if "each" in stored:
        return {name: _given(work, each) for name, each in stored["each"].items()}
    if "records" in stored:
        code, *ids = stored["records"]
        entity = work.release.tables.named(code)
        return Several(entity, tuple(map(UUID, ids))) if entity else ()
    if "record" not in stored:
        return read(stored["plain"])
    code, id = stored["record"]
    entity = work.release.tables.named(code)
    return (entity, UUID(id)) if entity else None


def _holds_records(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(each, tuple) for each in value.values())
