"""Retention at work: what is due is archived, and what is personal in what is due is erased, a few at a time. Consents
whose time is over are withdrawn.

One worker at a time looks, once an hour. A record that cannot be archived, because a rule refuses it, is left and told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from customary.engine.automation.tables import clock
from customary.engine.database import Database
from customary.engine.files import Store
from customary.engine.messages.agreed import lapse
from customary.engine.model.entities.retention import ARCHIVE, ERASE, Retention
from customary.engine.model.entities.retentions import LAST_CHANGE
from customary.engine.model.model import Model
from customary.engine.people.actor import SYSTEM
from customary.engine.privacy.erasing import erase_untidily, throw_away
from customary.engine.privacy.once import Once
from customary.engine.records import index, storage
from customary.engine.records.personal.consents import over
from customary.engine.records.personal.retention import due
from customary.engine.records.refusal import Forbidden, Missing, Refused, Stale
from customary.engine.records.work import Work
from customary.engine.records.write import archive
from customary.engine.releases import Release, Releases

EVERY = timedelta(hours=1)
LEASE = timedelta(minutes=10)
LOOKS_SECONDS = 60.0
"""So often a process asks whether it is time."""
BATCH = 50
MOST = 1_000
"""Of one kind in one look; the rest follows at once."""
_KEY = "retention"

log = logging.getLogger("customary.privacy")


@dataclass(frozen=True)
class Retaining:
    """Keeps to what the definitions say under `retain`."""

    database: Database
    releases: Releases
    store: Store

    def once(self, now: datetime | None = None) -> int:
        """Does what is due, where it is time to look, and gives the number of records."""
        now, release = now or datetime.now(UTC), self.releases.current()
        if release is None or not _has_times(release.model) or not _taken(self.database, now):
            return 0
        counts = [self._all_due(release, *each, now) for each in _kept(release)]
        counts.append(self._lapsed(release, now))
        _leave(self.database, now if max(counts) >= MOST else now + EVERY)
        return sum(counts)

    def _lapsed(self, release: Release, now: datetime) -> int:
        """Withdraws the consents whose time is over."""
        with self.database.write() as connection:
            work, found = Work(connection, release, SYSTEM, now), over(connection, now, MOST)
            for each in found:
                lapse(work, each)
            return len(found)

    def _all_due(self, release: Release, entity: str, retention: Retention, act: str, now: datetime) -> int:
        done, left = 0, 0
        while done + left < MOST:
            with self.database.read() as connection:
                found = due(Work(connection, release, SYSTEM, now), entity, retention, act)
                ids = list(connection.execute(found.offset(left).limit(BATCH)).scalars())
            if not ids:
                break
            refused = self._batch(release, entity, retention, act, ids, now)
            done, left = done + len(ids) - refused, left + refused
        return done

    def _batch(
        self, release: Release, entity: str, retention: Retention, act: str, ids: list[UUID], now: datetime
    ) -> int:
        """Does it to some records in one transaction; gives how many were left as they are."""
        gone: set[UUID] = set()
        refused = 0
        with self.database.write() as connection:
            work, once = Work(connection, release, SYSTEM, now), Once(frozenset(ids))
            for id in ids:
                try:
                    with connection.begin_nested():
                        gone |= _ACTS[act](work, entity, id, retention, once)
                except (Refused, Forbidden, Missing, Stale) as error:
                    refused += 1
                    log.warning("%s %s is not %sd as retain says: %s", entity, id, act, error)
            index.tidy(connection) if act == ERASE else None
        throw_away(self.store, gone)
        return refused


def _archive(work: Work, entity: str, id: UUID, retention: Retention, _: Once) -> set[UUID]:
    """Archives a record. It is nobody's change of it: the time until it is erased goes on."""
    before = storage.load(work, entity, id)
    archive(work, entity, id)
    if before is not None and retention.since == LAST_CHANGE:
        table = work.release.tables.entity(entity)
        same = table.table.update().where(table.column("id") == id)
        work.connection.execute(same.values(updated_at=before["updated_at"]))
    return set()


def _erase(work: Work, entity: str, id: UUID, retention: Retention, once: Once) -> set[UUID]:
    return erase_untidily(work, entity, id, f"retain: erase_after {retention.written[ERASE]}", once)


_ACTS: dict[str, Callable[[Work, str, UUID, Retention, Once], set[UUID]]] = {ARCHIVE: _archive, ERASE: _erase}


def _has_times(model: Model) -> bool:
    """Whether anything in it ends by itself."""
    entities = model.entities.values()
    return any(each.retention is not None for each in entities) or any(
        getattr(field, "expires", "") for each in entities for field in each.fields.values()
    )


def _kept(release: Release) -> Iterator[tuple[str, Retention, str]]:
    for entity in release.model.entities.values():
        if entity.retention is not None:
            yield from ((entity.name, entity.retention, act) for act in entity.retention.after)


def _taken(database: Database, now: datetime) -> bool:
    """Whether it is time to look, and nobody else does."""
    mine = clock.update().where(clock.c.key == _KEY, clock.c.until <= now).values(until=now + LEASE)
    with database.write() as connection:
        if connection.execute(mine).rowcount:
            return True
        insert = (sqlite if database.is_sqlite else postgresql).insert
        first = insert(clock).values(key=_KEY, until=now + LEASE).on_conflict_do_nothing().returning(clock.c.key)
        return connection.execute(first).first() is not None


def _leave(database: Database, until: datetime) -> None:
    with database.write() as connection:
        connection.execute(sa.update(clock).where(clock.c.key == _KEY).values(until=until))
