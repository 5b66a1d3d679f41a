"""Records of which there may be only so many: counted before the write, with whoever else is there then."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from customary.engine.expressions import Expression
from customary.engine.model.entities.limit import AtMost
from customary.engine.records.limits.meeting import Key, coming, hold, others, tell
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft
from customary.engine.words import Reason


def check_places(work: Work, drafts: list[Draft]) -> None:
    """Notes a problem at every record that would be one too many."""
    entity = drafts[0].entity
    for limit in drafts[0].shape.entity.limits:
        if isinstance(limit, AtMost) and (found := coming(limit, drafts)):
            hold(work, limit, entity, (key for _, key in found.values()))
            _count(work, limit, list(found.values()))


def _count(work: Work, limit: AtMost, found: list[tuple[Draft, Key]]) -> None:
    there: Counter[Key] = Counter()
    for draft, key in found:
        if key not in there:
            there[key] = _others(work, limit, draft, key)
        most = limit.count.evaluate(draft.scope) if isinstance(limit.count, Expression) else limit.count
        if most is not None and there[key] + 1 > most:
            full = Reason("has no place left: {count} of {most} are taken", {"count": there[key], "most": most})
            tell(draft, limit, limit.per, full)
        else:
            there[key] += 1


def _others(work: Work, limit: AtMost, draft: Draft, key: Key) -> int:
    rows, meets = others(work, limit, draft, key)
    return work.connection.execute(sa.select(sa.func.count()).select_from(rows.from_clause).where(meets)).scalar_one()
