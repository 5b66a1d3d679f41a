"""What was erased: a line for each record of which nobody may know any more whose it was, and that it stays so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.records.work import Work
from customary.engine.records.writer.draft import Draft, is_empty
from customary.engine.words import Reason

ERASED = "erased"

erased = sa.Table(
    "customary_erased",
    system,
    sa.Column("record", sa.Uuid, primary_key=True),
    # The entity's name at birth.
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.Uuid),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    # The record it was erased with: an activity with the person that it was about.
    sa.Column("main", sa.Uuid),
)


@dataclass(frozen=True)
class Tombstone:
    """What is left to know of an erased record: when, by whom, and why. `entity` is a name at birth."""

    record: UUID
    entity: str
    at: datetime
    by: UUID | None
    who: str
    why: str
    main: UUID | None


def tombstone(connection: sa.Connection, record: UUID) -> Tombstone | None:
    """What is left of a record that was erased, or None."""
    row = connection.execute(sa.select(erased).where(erased.c.record == record)).mappings().first()
    return Tombstone(**row) if row is not None else None


def tombstones(connection: sa.Connection) -> list[Tombstone]:
    """All of them, the first erased first; those of one moment with what they were erased with."""
    found = sa.select(erased).order_by(erased.c.at, erased.c.record)
    return [Tombstone(**row) for row in connection.execute(found).mappings()]


def set_up(work: Work, entity: str, record: UUID, why: str, main: UUID | None) -> None:
    """Notes that a record is erased. The first time counts, however often it is done."""
    if tombstone(work.connection, record) is not None:
        return
    who = work.actor.email or work.actor.name
    row = {"record": record, "entity": work.release.tables.code(entity), "at": work.now, "by": work.actor.id}
    work.connection.execute(erased.insert(), {**row, "who": who, "why": why[:500], "main": main})


def guard(draft: Draft) -> None:
    """Refuses to write anything personal into an erased record again. All else of it lives on."""
    if draft.is_new:
        return
    written = [name for name in draft.changes & draft.shape.personal if not is_empty(draft.after.get(name))]
    if written and tombstone(draft.work.connection, draft.id) is not None:
        for name in sorted(written):
            draft.refuse_because(name, Reason("stays empty: the record was erased"))
