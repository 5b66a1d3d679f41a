"""What keeps a rule from running: its own limits, and the loop guard, so that no rule starts itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.moment import Moment
from customary.engine.model.model import Workflow
from customary.engine.records.work import Work
from customary.engine.words import Reason

MOST_IN_A_CHAIN = 10
"""Rules that start each other over ever new records end here."""


def has_run(workflow: Workflow, moment: Moment) -> bool:
    """Whether a rule that may run once, or so many times at once, has no business with this record now."""
    limits, work = workflow.limits, moment.work
    mine = (tables.run.c.workflow == workflow.name, tables.run.c.record == moment.id)
    if limits.get("once") and _count(work, *mine, tables.run.c.status != tables.STOPPED):
        return True
    running = limits.get("running")
    return bool(running) and _count(work, *mine, tables.run.c.status.in_(tables.UNDER_WAY)) >= running


def why_not(workflow: Workflow, moment: Moment) -> Reason | None:
    """Why a workflow must not run for what happened, or None when it may."""
    work, chain = moment.work, moment.change.cause.get("chain", ())
    if workflow.name in chain and _ran_before(workflow, moment):
        return Reason(
            "This rule was started by what it did itself to the same record ({way}). "
            "Add a condition (where) that no longer holds once it has run.",
            {"way": _way(chain, workflow.name)},
        )
    if len(chain) >= MOST_IN_A_CHAIN:
        values = {"count": len(chain), "way": _way(chain, workflow.name)}
        return Reason("{count} rules have started each other in a row ({way}).", values)
    most = workflow.limits.get("per_hour")
    if most is not None:
        recent = (tables.run.c.workflow == workflow.name, tables.run.c.at > work.now - timedelta(hours=1))
        if _count(work, *recent, tables.run.c.status != tables.STOPPED) >= most:
            text = "This rule has run {count} times within an hour, which is its limit (limits: per_hour)."
            return Reason(text, {"count": most})
    return None


def _count(work: Work, *conditions: Any) -> int:
    statement = sa.select(sa.func.count()).select_from(tables.run).where(*conditions)
    return work.connection.execute(statement).scalar_one()


def _ran_before(workflow: Workflow, moment: Moment) -> bool:
    """Whether a run that led to this change was of the same workflow for the same record."""
    cause, work = moment.change.cause, moment.work
    for _ in range(MOST_IN_A_CHAIN + 1):
        run = cause.get("run")
        if not run:
            return False
        statement = sa.select(tables.run.c.workflow, tables.run.c.record, tables.run.c.cause)
        row = work.connection.execute(statement.where(tables.run.c.id == UUID(run))).first()
        if row is None:
            return False
        if row.workflow == workflow.name and row.record == moment.id:
            return True
        cause = row.cause
    return True


def _way(chain: tuple[str, ...], name: str) -> str:
    return " → ".join([*chain, name])
