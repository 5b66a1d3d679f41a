"""What keeps a rule from running: its own limits, and the loop guard, so that no rule starts itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.moment import NO_RECORD, Moment
from customary.engine.model.model import Model
from customary.engine.model.workflow import Workflow
from customary.engine.records.rows import among
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words

ARROW = " → "
MOST_IN_A_CHAIN = 10
"""Rules that start each other over ever new records end here."""
MOST_AT_ONCE, AT_ONCE = 100, timedelta(minutes=10)
"""So often a rule runs for one record within such a time. A loop that leads through another system, a mail or a
time begins a new chain each time; it is cut here."""


class Often:
    """How often rules have run for these records of late: asked once for all of them, and counted on."""

    def __init__(self, work: Work, looks: Iterable[tuple[Workflow, Moment]]) -> None:
        # Of what was just made nothing can have run before.
        known = {moment.id for _, moment in looks if moment.about or moment.change.kind != "created"}
        self._counts = Counter(self._asked(work, known - {NO_RECORD}))

    def _asked(self, work: Work, records: set[UUID]) -> dict[tuple[str, UUID], int]:
        if not records:
            return {}
        run = tables.run
        lately = (among(work, run.c.record, "records"), run.c.at > work.now - AT_ONCE, run.c.status != tables.STOPPED)
        counted = sa.select(run.c.workflow, run.c.record, sa.func.count()).where(*lately)
        found = work.connection.execute(counted.group_by(run.c.workflow, run.c.record), {"records": sorted(records)})
        return {(workflow, record): count for workflow, record, count in found}

    def too_often(self, workflow: Workflow, moment: Moment) -> bool:
        """Whether it has run often enough; else this is one time more."""
        self._counts[workflow.name, moment.id] += 1
        return moment.id != NO_RECORD and self._counts[workflow.name, moment.id] > MOST_AT_ONCE


def has_run(workflow: Workflow, moment: Moment) -> bool:
    """Whether a rule that may run once, or so many times at once, has no business with this record now."""
    once, running = (workflow.limits.get(name) for name in ("once", "running"))
    if not (once or running):
        return False
    work, mine = moment.work, (tables.run.c.workflow == workflow.name, tables.run.c.record == moment.id)
    if once and _count(work, 1, *mine, tables.run.c.status != tables.STOPPED):
        return True
    return bool(running) and _count(work, running, *mine, tables.run.c.status.in_(tables.NOT_ENDED)) >= running


def why_loop(workflow: Workflow, moment: Moment, often: Often) -> Reason | None:
    """Why what happened must not start a workflow that it was started by, or None when it may."""
    chain = moment.change.cause.get("chain", ())
    if workflow.name in chain and _ran_before(workflow, moment):
        return Reason(
            "This rule was started by what it did itself to the same record ({way}). "
            "Add a condition (where) that no longer holds once it has run.",
            {"way": _way(chain, workflow.name)},
        )
    if len(chain) >= MOST_IN_A_CHAIN:
        values = {"count": len(chain), "way": _way(chain, workflow.name)}
        return Reason("{count} rules have started each other in a row ({way}).", values)
    if often.too_often(workflow, moment):
        text = "This rule has run {count} times for the same record within {minutes} minutes, which looks like a loop."
        return Reason(text, {"count": MOST_AT_ONCE, "minutes": int(AT_ONCE.total_seconds() // 60)})
    return None


def why_limited(workflow: Workflow, moment: Moment) -> Reason | None:
    """Why a workflow has run often enough for now, or None when it may run."""
    most, run = workflow.limits.get("per_hour"), tables.run
    if most is None:
        return None
    recent = (run.c.workflow == workflow.name, run.c.at > moment.work.now - timedelta(hours=1))
    if _count(moment.work, most, *recent, run.c.status != tables.STOPPED) < most:
        return None
    text = "This rule has run {count} times within an hour, which is its limit (limits: per_hour)."
    return Reason(text, {"count": most})


def names_paused(work: Work) -> set[str]:
    """The names of the workflows that are paused."""
    return set(work.connection.execute(_PAUSED).scalars())


_PAUSED = sa.select(tables.pause.c.workflow)


def _count(work: Work, most: int, *conditions: Any) -> int:
    """How many runs there are, counted up to `most`."""
    found = sa.select(sa.literal(1)).select_from(tables.run).where(*conditions).limit(most)
    return work.connection.execute(sa.select(sa.func.count()).select_from(found.subquery())).scalar_one()


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


def with_labels(model: Model, reason: Reason) -> Reason:
    """A reason with the rules on its way called as people know them, in each language."""
    if "way" not in reason.values:
        return reason
    names = str(reason.values["way"]).split(ARROW)
    labels = [model.workflows[name].label if name in model.workflows else Words({"": name}) for name in names]
    told = {each: ARROW.join(label.in_language(each) for label in labels) for each in model.settings.languages}
    return Reason(reason.text, {**reason.values, "way": Words(told)})


def _way(chain: tuple[str, ...], name: str) -> str:
    """The rules on the way, up to where they come round again."""
    names = [*chain, name]
    again = next((number for number, each in enumerate(names) if each in names[:number]), len(names))
    return ARROW.join(names[: again + 1])
