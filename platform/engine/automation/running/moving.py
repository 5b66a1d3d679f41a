"""Moving runs that wait to the rule as it is now: by default they go on with the one under which they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.acting import CannotDo
from customary.engine.automation.running.begun import as_begun
from customary.engine.automation.running.chosen import Wanted
from customary.engine.automation.running.waiting import step_at, way
from customary.engine.model.rules.wait import waits
from customary.engine.model.workflow import Workflow
from customary.engine.records.work import Work


def move(work: Work, wanted: Wanted) -> tuple[int, int]:
    """Lets waiting runs go on with the rule of the newest release. Gives how many do, and how many cannot.

    A run waits on at the same step, wherever that stands now, else at the one that stands in its place and is of the
    same kind. Where there is neither it goes on as it began.
    """
    run, number = tables.run, work.release.number
    begun = (run.c.position.is_not(None), run.c.release != number, run.c.status.in_(tables.NOT_ENDED))
    rows = work.connection.execute(sa.select(run).where(*wanted.conditions(), *begun)).mappings().all()
    found = [(row, _place(work, row)) for row in rows]
    moved = [{"run_id": row["id"], "to": place} for row, place in found if place is not None]
    if moved:
        values = {"release": number, "position": sa.bindparam("to")}
        work.connection.execute(run.update().where(run.c.id == sa.bindparam("run_id")).values(values), moved)
    return len(moved), len(rows) - len(moved)


def _place(work: Work, run: Mapping[str, Any]) -> str | None:
    """Where a run waits in today's rule; None where there is no such place."""
    today = work.model.workflows.get(run["workflow"])
    try:
        then = as_begun(work, run)
    except CannotDo:
        return None
    if today is None or then is None:
        return None
    step = step_at(then, way(run)[0])
    same = [place for place, each in _places(today) if each == step]
    if len(same) == 1:
        return same[0]
    there = dict(_places(today)).get(run["position"])
    return run["position"] if there is not None and there["kind"] == step["kind"] else None


def _places(workflow: Workflow) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The steps at which a run can wait, by their positions."""

    def walk(steps: tuple[Mapping[str, Any], ...], inside: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for number, step in enumerate(steps, 1):
            cases = step.get("cases", ())
            if waits(step) and step["kind"] != "choose":
                yield f"{inside}{number}", step
            for case, (_, inner) in enumerate(cases, 1):
                yield from walk(inner, f"{inside}{number}.{case}.")

    return walk(workflow.steps, "")
