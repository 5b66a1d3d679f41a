"""Gauges for those who watch: how much waits, for how long, and how runs have ended of late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.messages.outbox import FAILED, QUEUED, message
from customary.engine.records.changes import queue
from customary.engine.records.identifier import first_id

LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Gauge:
    """One of them: a name in the words of Prometheus, what it says, and a value for each set of labels."""

    name: str
    says: str
    values: tuple[tuple[dict[str, str], float], ...] = field(default=())


def gauges(connection: sa.Connection, now: datetime, release: int) -> Iterator[Gauge]:
    """What stands in the database at this moment, by its indexes: as cheap with millions of runs as with few."""
    yield Gauge("release", "The number of the release that is served.", (({}, release),))
    waiting, oldest = connection.execute(sa.select(sa.func.count(), sa.func.min(queue.c.at))).one()
    yield Gauge("queue_changes", "Changes that no rule has looked at yet.", (({}, waiting),))
    yield Gauge("queue_age_seconds", "For how long the first of them waits.", (({}, _age(oldest, now)),))
    run, runs = tables.run, sa.select(tables.run.c.status, sa.func.count(), sa.func.min(tables.run.c.due))
    under_way = connection.execute(runs.where(run.c.status.in_(tables.UNDER_WAY)).group_by(run.c.status)).all()
    counts = {status: count for status, count, _ in under_way}
    yield Gauge("runs_under_way", "Runs that are due or wait.", _by("status", tables.UNDER_WAY, counts))
    late = max((_age(due, now) for _, _, due in under_way), default=0.0)
    yield Gauge("runs_late_seconds", "By how much the run that is longest due is late.", (({}, late),))
    lately = sa.select(run.c.workflow, run.c.status, sa.func.count()).where(run.c.id > first_id(now - LATELY))
    begun = connection.execute(lately.group_by(run.c.workflow, run.c.status).order_by(run.c.workflow, run.c.status))
    values = tuple(({"workflow": name, "status": status}, count) for name, status, count in begun)
    yield Gauge("runs_last_hour", "Runs that began within the last hour.", values)
    messages = sa.select(message.c.status, sa.func.count()).where(message.c.status.in_((QUEUED, FAILED)))
    counts = dict(tuple(row) for row in connection.execute(messages.group_by(message.c.status)))
    yield Gauge("messages", "Messages that are to go out, or could not.", _by("status", (QUEUED, FAILED), counts))


def _by(label: str, names: tuple[str, ...], counts: dict[str, Any]) -> tuple[tuple[dict[str, str], float], ...]:
    return tuple(({label: name}, counts.get(name, 0)) for name in names)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
