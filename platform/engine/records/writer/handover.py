"""Handing over: what somebody owns gets another owner, record by record, with all that a change means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from customary.engine.records.deciding import decisions
from customary.engine.records.refusal import Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.update import update

AT_ONCE = 100
LEAST = UUID(int=0)
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Handed:
    """How far it came: the entity and record to go on after, None at the end; how many went over, how many not."""

    after: tuple[str, UUID] | None
    over: int = 0
    refused: int = 0


def owned(work: Work, user_id: UUID) -> Mapping[str, int]:
    """How many records of each entity are somebody's own; archived ones stay whose they are."""
    counts = {name: work.connection.execute(_of(work, name, user_id, count=True)).scalar_one() for name in _kinds(work)}
    return {name: count for name, count in counts.items() if count}


def hand_over(work: Work, user_id: UUID, to: UUID, after: tuple[str, UUID] | None = None) -> Handed:
    """Gives some of somebody's records to another person, as the actor, and says where to go on.

    What a rule or a check refuses stays with its owner and is counted. What they were asked to decide goes over too.
    """
    if after is None:
        decisions.pass_on(work, user_id, to)
    for name in _kinds(work):
        if after is not None and name < after[0]:
            continue
        start = after[1] if after is not None and name == after[0] else LEAST
        ids = list(work.connection.execute(_of(work, name, user_id, after=start)).scalars())
        if ids:
            over = sum(_give(work, name, id, to) for id in ids)
            return Handed((name, ids[-1]), over, len(ids) - over)
    return Handed(None)


def _give(work: Work, entity: str, id: UUID, to: UUID) -> bool:
    savepoint = work.connection.begin_nested()
    try:
        update(work, entity, id, {OWNER: to})
    except (Refused, Forbidden, Missing):
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


def _kinds(work: Work) -> list[str]:
    """Entities whose records belong to somebody, in a fixed order."""
    entities = work.model.entities.values()
    return sorted(each.name for each in entities if OWNER in each.fields and each.fields[OWNER].kind == "user")


def _of(work: Work, entity: str, user_id: UUID, *, count: bool = False, after: UUID = LEAST) -> sa.Select:
    table = work.release.tables.entity(entity)
    rows = table.table
    mine = (table.column(OWNER) == user_id, rows.c.archived_at.is_(None))
    if count:
        return sa.select(sa.func.count()).select_from(rows).where(*mine)
    return sa.select(rows.c.id).where(*mine, rows.c.id > after).order_by(rows.c.id).limit(AT_ONCE)
