"""Handing over: what is in somebody's charge gets into another's, record by record, with all that a change means.

That is what they own, and the teams and people whose records name them: as a leader, say, or as a manager.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from customary.engine.fields.field import Field
from customary.engine.model.entity import Entity
from customary.engine.records import storage
from customary.engine.records.deciding import decisions
from customary.engine.records.refusal import Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.update import update

AT_ONCE = 100
LEAST = UUID(int=0)
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Charge:
    """In how many records of an entity a field names somebody; archived ones stay whose they are."""

    entity: Entity
    field: Field
    count: int

    @property
    def owns(self) -> bool:
        return self.field.name == OWNER


@dataclass(frozen=True, slots=True)
class Handed:
    """How far it came: entity, field and record to go on after, None at the end; how many went over, how many not."""

    after: tuple[str, str, UUID] | None
    over: int = 0
    refused: int = 0


def in_charge_of(work: Work, user_id: UUID) -> list[Charge]:
    """What is in somebody's charge."""
    counted = [
        Charge(entity, each, work.connection.execute(_of(work, entity, each, user_id, count=True)).scalar_one())
        for entity, each in _naming(work)
    ]
    return [charge for charge in counted if charge.count]


def hand_over(work: Work, user_id: UUID, to: UUID, after: tuple[str, str, UUID] | None = None) -> Handed:
    """Gives some of what is in somebody's charge to another person, as the actor, and says where to go on.

    What a rule or a check refuses stays as it is and is counted. What they were asked to decide goes over too.
    """
    if after is None:
        decisions.pass_on(work, user_id, to)
    for entity, each in _naming(work):
        here = (entity.name, each.name)
        if after is not None and here < after[:2]:
            continue
        start = after[2] if after is not None and here == after[:2] else LEAST
        ids = list(work.connection.execute(_of(work, entity, each, user_id, after=start)).scalars())
        if ids:
            over = sum(_give(work, entity, each, id, user_id, to) for id in ids)
            return Handed((*here, ids[-1]), over, len(ids) - over)
    return Handed(None)


def _give(work: Work, entity: Entity, each: Field, id: UUID, user_id: UUID, to: UUID) -> bool:
    savepoint = work.connection.begin_nested()
    try:
        update(work, entity.name, id, {each.name: _above(work, entity, each, user_id, to) if id == to else to})
    except (Refused, Forbidden, Missing):
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


def _above(work: Work, entity: Entity, each: Field, user_id: UUID, to: UUID) -> UUID | None:
    """Whom the new one's own record names: nobody is their own manager, so it is whom the old one's record named."""
    before = storage.load(work, entity.name, user_id) or {}
    return before.get(each.name) if before.get(each.name) not in (user_id, to) else None


def _naming(work: Work) -> list[tuple[Entity, Field]]:
    """The fields that put a record into somebody's charge, in a fixed order."""
    entities = sorted(work.model.entities.values(), key=lambda entity: entity.name)
    return [
        (entity, entity.fields[name])
        for entity in entities
        for name in sorted(entity.fields)
        if _puts_in_charge(entity, entity.fields[name])
    ]


def _puts_in_charge(entity: Entity, each: Field) -> bool:
    entered = each.kind == "user" and each.formula is None and not each.system
    return entered and (each.name == OWNER or entity.plays in ("team", "user"))


def _of(
    work: Work, entity: Entity, each: Field, user_id: UUID, *, count: bool = False, after: UUID = LEAST
) -> sa.Select:
    table = work.release.tables.entity(entity.name)
    rows = table.table
    mine = (table.column(each.name) == user_id, rows.c.archived_at.is_(None))
    if count:
        return sa.select(sa.func.count()).select_from(rows).where(*mine)
    return sa.select(rows.c.id).where(*mine, rows.c.id > after).order_by(rows.c.id).limit(AT_ONCE)
