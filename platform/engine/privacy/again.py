"""Erasing again: what a backup brings back of people who were erased since it was made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa

from customary.engine.privacy.erasing import erase
from customary.engine.records.personal.erased import Tombstone, erased, tombstones
from customary.engine.records.refusal import Missing, Refused
from customary.engine.records.work import Work


def buried(connection: sa.Connection) -> list[Tombstone]:
    """What was erased in a database; nothing in one that is empty."""
    return tombstones(connection) if sa.inspect(connection).has_table(erased.name) else []


def erase_again(work: Work, stones: Iterable[Tombstone]) -> tuple[int, set[UUID]]:
    """Erases those that the database does not know to be erased, as of when that was done. Gives their number, and the
    ids of files to `throw_away` when it is committed."""
    there = {each.record for each in tombstones(work.connection)}
    new = [each for each in stones if each.record not in there]
    if not new:
        return 0, set()
    work.connection.execute(erased.insert(), [asdict(each) for each in new])
    found = [_erased(work, each) for each in new if each.main is None]
    return sum(each is not None for each in found), set().union(*filter(None, found))


def _erased(work: Work, stone: Tombstone) -> set[UUID] | None:
    entity = work.release.tables.named(stone.entity)
    try:
        return erase(work, entity, stone.record, stone.why) if entity else None
    except (Missing, Refused):
        return None
