"""When time would have started a rule, looked back at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from customary.engine.automation.kinds import trigger_kinds
from customary.engine.automation.moment import NO_RECORD, timed
from customary.engine.automation.rehearsal.matching import Look, held
from customary.engine.automation.rehearsal.past import Past, PastMoment
from customary.engine.automation.timeline import Timeline, timelines
from customary.engine.model.workflow import Workflow
from customary.engine.records import storage


def timed_looks(past: Past, workflow: Workflow, until: datetime, record: UUID | None = None) -> Iterator[Look]:
    """A look at each moment at which time would have started it, up to `until`."""
    kinds = trigger_kinds()
    for trigger in workflow.triggers:
        kind = kinds[trigger["kind"]]
        if hasattr(kind, "moments"):
            for timeline in _timelines(past, kind, trigger, until, record):
                yield from _of_record(past, workflow, kind, trigger, timeline, until)
        elif hasattr(kind, "times") and record is None:
            for at in kind.times(trigger, past.work, past.since, until):
                yield _held(past, workflow, trigger, at, None)


def is_foreseen(trigger: Mapping[str, Any]) -> bool:
    """Whether history or the calendar tells when a trigger would have come."""
    kind = trigger_kinds()[trigger["kind"]]
    return any(hasattr(kind, name) for name in ("matches", "subjects", "moments", "times"))


def _timelines(
    past: Past, kind: Any, trigger: Mapping[str, Any], until: datetime, record: UUID | None
) -> Iterator[Timeline]:
    """Those of the records that changed, and of those that did not and whose moment came."""
    seen = set()
    for timeline in timelines(past.work, [trigger["entity"]], past.since, record):
        seen.add(timeline.record)
        yield timeline
    for id in kind.between(trigger, past.work, past.since, until):
        if id not in seen and record in (None, id):
            entity = past.work.model.entities[trigger["entity"]]
            yield Timeline(entity, id, (), storage.load(past.work, trigger["entity"], id))


def _of_record(
    past: Past, workflow: Workflow, kind: Any, trigger: Mapping[str, Any], timeline: Timeline, until: datetime
) -> Iterator[Look]:
    """What a record's date was between two of its changes is what counts then."""
    begins = [past.since, *(each.at for each in timeline.changes)]
    ends = [*(each.at for each in timeline.changes), until]
    for since, end, state in zip(begins, ends, timeline.states, strict=True):
        if state.get("archived_at") is not None or (timeline.today is None and state is timeline.states[-1]):
            continue
        for at in kind.moments(trigger, state, past.work, since, end):
            yield _held(past, workflow, trigger, at, state)


def _held(
    past: Past, workflow: Workflow, trigger: Mapping[str, Any], at: datetime, state: Mapping[str, Any] | None
) -> Look:
    id = state["id"] if state is not None else NO_RECORD
    found = replace(timed(past.work, trigger["kind"], trigger["entity"], id), at=at)
    return held(workflow, PastMoment(past.work, found, past=past, then=state))
