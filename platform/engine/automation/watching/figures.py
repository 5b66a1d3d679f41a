"""Figures of rules: how often each began of late, what became of that, and when it will begin next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.kinds import trigger_kinds
from customary.engine.model.workflow import Workflow
from customary.engine.records.work import Work

MONTH = timedelta(days=30)


@dataclass
class Figures:
    """The runs of a workflow within the last 30 days by their status, and when the newest of them began."""

    counts: Counter[str] = field(default_factory=Counter)
    last: datetime | None = None

    @property
    def begun(self) -> int:
        return self.counts.total()


def figures(work: Work) -> Mapping[str, Figures]:
    """Those of all workflows that began at all, by name."""
    run, found = tables.run, {}
    counted = sa.select(run.c.workflow, run.c.status, sa.func.count(), sa.func.max(run.c.at))
    lately = counted.where(run.c.at > work.now - MONTH).group_by(run.c.workflow, run.c.status)
    for name, status, count, last in work.connection.execute(lately):
        each = found.setdefault(name, Figures())
        each.counts[status] += count
        each.last = max(last, each.last or last)
    return found


def begins_next(work: Work, workflow: Workflow) -> datetime | None:
    """When time begins a rule next, as records are now; None where it waits for what people do."""
    kinds = trigger_kinds()
    timed = ((kinds[each["kind"]], each) for each in workflow.triggers if hasattr(kinds[each["kind"]], "following"))
    moments = [kind.following(each, work, work.now) for kind, each in timed]
    return min((each for each in moments if each is not None), default=None)
