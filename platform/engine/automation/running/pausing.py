"""Pausing a workflow: nothing of it is done meanwhile, and nothing is lost.

What happens while a workflow is paused is looked at as always, and begins runs that are held. Runs that wait go on
waiting past their time. When it is resumed, those that resume it choose: the held runs begin, in their order, or are
skipped. What was under way before goes on in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.running.guard import names_paused
from customary.engine.automation.running.handling import end
from customary.engine.records.work import Work
from customary.engine.words import Reason

SKIPPED = Reason("It was skipped: the rule was paused when this happened.")


@dataclass(frozen=True)
class Paused:
    """A workflow that is paused: since when, by whom, and how many runs are held."""

    workflow: str
    at: datetime
    by: UUID | None
    held: int


def pause(work: Work, workflow: str) -> bool:
    """Pauses a workflow; False when it is paused already."""
    if workflow in names_paused(work):
        return False
    work.connection.execute(tables.pause.insert().values(workflow=workflow, at=work.now, by=work.actor.id))
    due = (tables.run.c.workflow == workflow, tables.run.c.status == tables.DUE)
    work.connection.execute(tables.run.update().where(*due).values(status=tables.HELD))
    return True


def resume(work: Work, workflow: str, skip: bool = False) -> int:
    """Lets a workflow go on, and gives how many held runs begin, or are skipped where `skip`."""
    work.connection.execute(tables.pause.delete().where(tables.pause.c.workflow == workflow))
    run = tables.run
    held = (run.c.workflow == workflow, run.c.status == tables.HELD)
    skipped = end(work, *held, run.c.position.is_(None), reason=SKIPPED) if skip else 0
    begun = work.connection.execute(run.update().where(*held).values(status=tables.DUE, due=work.now)).rowcount
    return skipped if skip else begun


def paused(work: Work) -> dict[str, Paused]:
    """The workflows that are paused, by name."""
    held, pause = sa.func.count(tables.run.c.id), tables.pause
    joined = sa.and_(tables.run.c.workflow == pause.c.workflow, tables.run.c.status == tables.HELD)
    found = sa.select(pause, held.label("held")).outerjoin(tables.run, joined).group_by(*pause.c)
    return {row["workflow"]: Paused(**row) for row in work.connection.execute(found).mappings()}
