"""Records that may not be at the same time: asked before the write, of whoever else is there then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from customary.engine.model.entities.limit import NoOverlap
from customary.engine.records.limits.meeting import Key, coming, hold, others, tell
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.words import Reason

Span = tuple[Any, Any]


def check_overlap(work: Work, drafts: list[Draft]) -> None:
    """Notes a problem at every record that would be at the same time as another."""
    entity = drafts[0].entity
    for limit in drafts[0].shape.entity.limits:
        if isinstance(limit, NoOverlap):
            timed = [each for each in coming(limit, drafts).values() if _is_in_order(limit, each[0])]
            if timed:
                hold(work, limit, entity, (key for _, key in timed))
                for draft in _overlapping(work, limit, timed):
                    tell(draft, limit, limit.fields, Reason("is at the same time as another record"))


def _is_in_order(limit: NoOverlap, draft: Draft) -> bool:
    """Whether it has a time at all, whose end is not before its start."""
    start, end = _span(limit, draft)
    if is_empty(start):
        return False
    if not is_empty(end) and end < start:
        draft.refuse(limit.end, "must not be before {field}", field=draft.shape.entity.fields[limit.start].label)
        return False
    return True


def _overlapping(work: Work, limit: NoOverlap, timed: list[tuple[Draft, Key]]) -> Iterator[Draft]:
    seen: dict[Key, list[Span]] = defaultdict(list)
    for draft, key in timed:
        span = _span(limit, draft)
        if any(_cross(limit, span, each) for each in seen[key]) or _is_taken(work, limit, draft, key):
            yield draft
        seen[key].append(span)


def _span(limit: NoOverlap, draft: Draft) -> Span:
    return draft.after.get(limit.start), draft.after.get(limit.end)


def _cross(limit: NoOverlap, one: Span, other: Span) -> bool:
    return _begins_within(limit, one[0], other[1]) and _begins_within(limit, other[0], one[1])


def _begins_within(limit: NoOverlap, start: Any, end: Any) -> bool:
    return end is None or (start <= end if limit.whole_days else start < end)


def _is_taken(work: Work, limit: NoOverlap, draft: Draft, key: Key) -> bool:
    rows, meets = others(work, limit, draft, key)
    begins, ends = rows.column(limit.start), rows.column(limit.end)
    start, end = _span(limit, draft)
    lasts = sa.or_(ends.is_(None), ends >= start if limit.whole_days else ends > start)
    begun = begins.is_not(None) if end is None else begins <= end if limit.whole_days else begins < end
    query = sa.select(rows.column("id")).where(meets, lasts, begun).limit(1)
    return work.connection.execute(query).first() is not None
