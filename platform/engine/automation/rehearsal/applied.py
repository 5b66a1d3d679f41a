"""What the applied rule really did, to lay beside a rehearsal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from customary.engine.automation import tables
from customary.engine.automation.moment import moment_of, started_by
from customary.engine.automation.rehearsal.matching import LEFT, Look, held
from customary.engine.automation.rehearsal.past import Past, PastMoment
from customary.engine.model.workflow import Workflow
from customary.engine.records.work import Work

LATE = timedelta(days=1)
"""So long after its time a rule may have been begun by the clock."""


class Applied:
    """The runs of the applied rule: what they were started by, and for which record."""

    def __init__(self, work: Work, workflow: Workflow, since: datetime, record: UUID | None) -> None:
        self.work, self.workflow = work, workflow
        run = tables.run
        mine = [run.c.workflow == workflow.name, *([run.c.record == record] if record else [])]
        columns = (run.c.id, run.c.change, run.c.record, run.c.at, run.c.cause)
        started = sa.select(*columns).where(*mine, run.c.at >= since)
        self._by_change: dict[tuple[UUID, UUID], UUID] = {}
        self._by_record: dict[UUID, list[tuple[datetime, UUID, UUID]]] = {}
        for row in work.connection.execute(started.order_by(run.c.id)):
            if workflow.name in row.cause.get("chain", ()):
                continue  # It started itself, and was stopped.
            self._by_change[row.change, row.record] = row.id
            self._by_record.setdefault(row.record, []).append((row.at, row.id, row.change))
        earlier = sa.select(run.c.record).where(*mine, run.c.at < since, run.c.status != tables.STOPPED)
        self.before = set(work.connection.execute(earlier).scalars()) if workflow.limits.get("once") else set()

    def take(self, look: Look) -> UUID | None:
        """The run of the applied rule that was started by the same; each is taken once."""
        key = (look.change.id, look.about[1])
        if look.change.cause.get("origin") == "time" and key not in self._by_change:
            at, record = look.change.at, look.about[1]
            close = (each for each in self._by_record.get(record, ()) if at <= each[0] <= at + LATE)
            key = next(((change, record) for _, _, change in close if (change, record) in self._by_change), key)
        return self._by_change.pop(key, None)

    def begun_by(self, kinds: set[str], past: Past) -> Iterator[Look]:
        """Looks at what started the runs that began by these kinds of trigger."""
        for row in list(self._rows(list(self._by_change.values()) if kinds else [])):
            found = started_by(self.work, row)
            if found is not None and found.cause.get("trigger") in kinds:
                moment = moment_of(self.work, row, found, {})
                then = past.record(moment.entity, moment.id, found.at) if moment.entity else None
                yield held(self.workflow, PastMoment(self.work, found, about=moment.about, past=past, then=then))

    def __len__(self) -> int:
        """How many runs nobody has taken."""
        return len(self._by_change)

    def left(self, most: int) -> Iterator[tuple[Look, UUID]]:
        """What started the newest of those, each with the run."""
        for row in self._rows(list(self._by_change.values())[-most:]):
            found = started_by(self.work, row)
            entity = self.work.release.tables.named(row["entity"]) if row["entity"] else ""
            if found is not None and entity is not None:
                yield Look(found, LEFT, (entity, row["record"])), row["id"]

    def _rows(self, ids: list[UUID]) -> Iterator[sa.RowMapping]:
        for start in range(0, len(ids), 500):
            some = sa.select(tables.run).where(tables.run.c.id.in_(ids[start : start + 500])).order_by(tables.run.c.id)
            yield from self.work.connection.execute(some).mappings().all()
