"""One record, told from a single row: so that whoever asks need not wait for a thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from customary.engine.ready import Ready, made_ready
from customary.engine.records.formulas.moving import moving, rules_move, titles_move
from customary.engine.records.kept import kept
from customary.engine.records.reader.select import get_from
from customary.engine.records.reader.whole import Asked, asked_whole
from customary.engine.records.record import Record
from customary.engine.records.rows import all_rows, permission
from customary.engine.records.titles import reader_key
from customary.engine.records.work import Work


class NeedsMore(Exception):
    """More must be read than the one row to tell of this record."""


@dataclass(frozen=True, eq=False, slots=True)
class AtOnce:
    """The query for a record of one entity as one reader may see it, their permission in it, ready to be asked."""

    entity: str
    ready: Ready
    work: Work
    """Without a connection."""
    _asked: Asked

    def record(self, row: tuple) -> Record:
        """The record that a row tells of. It is made of the row alone, so that equal rows tell the same: raises
        NeedsMore where that cannot be."""
        return get_from(self.work, self.entity, self._asked.read(row))


def at_once(work: Work, entity: str) -> AtOnce | None:
    """How the actor's records of an entity are told at once; None where it depends on more than the records."""
    if work.is_sqlite or not work.access.may(entity, "read"):
        return None
    if rules_move(work) or titles_move(work) or moving(work, entity):
        return None
    alone = work.of_one()
    return kept(work, ("at once", entity, reader_key(alone)), lambda: _made(alone, entity))


def end_of_day(work: Work) -> datetime:
    """Until when what is shared today is shared: the first moment of the workspace's next day."""
    zone = work.model.settings.time_zone
    return datetime.combine(work.now.astimezone(zone).date() + timedelta(days=1), time(), zone)


def _made(work: Work, entity: str) -> AtOnce:
    asked = asked_whole(work, entity)
    readable = permission(work, all_rows(work, entity), "read")
    statement = asked.statement if readable is None else asked.statement.where(readable)
    return AtOnce(entity, made_ready(statement, work.connection.dialect), replace(work, connection=_NONE), asked)


class _NoConnection:
    """Nothing can be asked: what tries to needs more than it was given."""

    def __getattr__(self, _name: str) -> Any:
        raise NeedsMore


_NONE: Any = _NoConnection()
