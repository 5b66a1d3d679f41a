"""What happened lately, in all entities: the newest change rows that the actor may read of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from customary.engine.records.changes import Change, change, read_change
from customary.engine.records.record import Titles
from customary.engine.records.titles import titles
from customary.engine.records.work import Work

LOOKED_AT = 80
_QUIET = ("deleted", "shared", "unshared")


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest changes, newest first, one for each record, and the titles of records and people in them."""

    changes: tuple[Change, ...]
    titles: Titles


def recent(work: Work, limit: int = 20) -> Recent:
    """The latest change of each of the records that changed last; what may not be read is left out."""
    rows = work.connection.execute(sa.select(change).order_by(change.c.id.desc()).limit(LOOKED_AT)).mappings()
    found: dict[tuple, Change] = {}
    for row in rows:
        each = read_change(work, row)
        if each.kind not in _QUIET and _shown(work, each):
            found.setdefault((each.entity, each.record), _masked(work, each))
    people = work.model.playing("user")
    colleagues = {(people.name, each.actor) for each in found.values() if people and each.actor}
    named = titles(work, {*found, *colleagues})
    return Recent(tuple(each for key, each in found.items() if key in named)[:limit], named)


def _shown(work: Work, each: Change) -> bool:
    entity = work.model.entities.get(each.entity)
    return entity is not None and entity.child_of is None and entity.plays != "user"


def _masked(work: Work, each: Change) -> Change:
    """The change without the fields that are hidden from the actor."""
    hidden = work.access.hidden(each.entity)
    if not hidden:
        return each
    before = {name: value for name, value in each.before.items() if name not in hidden}
    return replace(each, before=before, after={n: value for n, value in each.after.items() if n not in hidden})
