"""Sharing one record with a person or a team, for reading or writing, until a day or for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.access.shares import share as shares
from customary.engine.records import changes, storage
from customary.engine.records.identifier import new_id
from customary.engine.records.reader.select import get
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.scope import RecordScope
from customary.engine.records.titles import titles
from customary.engine.records.work import Work
from customary.engine.records.writer.update import claim
from customary.engine.words import Reason

SHARED, UNSHARED = "shared", "unshared"


@dataclass(frozen=True, slots=True)
class Share:
    """With whom a record is shared: a `user`, or a `team` and all teams below it. `until` is the last day."""

    id: UUID
    entity: str
    with_: UUID
    title: str
    writing: bool
    until: date | None
    by: UUID | None


def shares_of(work: Work, entity: str, id: UUID) -> list[Share]:
    """The shares of a record that are in force, oldest first, for those who may change it."""
    record = get(work, entity, id)
    if not work.access.holds(entity, "update", RecordScope(work, entity, dict(record.values))):
        raise Forbidden(Reason("may not be changed by you"))
    rows = work.connection.execute(_of(work, entity, id).order_by(shares.c.at, shares.c.id)).all()
    people, teams = _names(work)
    ends = {row.id: (people, row.user) if row.user is not None else (teams, row.team) for row in rows}
    named = titles(work, ends.values())
    return [
        Share(row.id, *ends[row.id], named.get(ends[row.id], ""), row.writing, row.until, row.by)
        for row in rows
        if row.until is None or row.until >= _today(work)
    ]


def share(
    work: Work, entity: str, id: UUID, with_: tuple[str, UUID], writing: bool = False, until: date | None = None
) -> UUID:
    """Opens a record for a user or a team, whatever was shared with them before. Whoever may change it may share it.

    Raises Missing, Forbidden, Refused.
    """
    claim(work, entity, id, "update", None)
    column = _column(work, with_)
    if until is not None and until < _today(work):
        raise _refused(Reason("cannot be shared until a day that is over"))
    work.connection.execute(shares.delete().where(_here(work, entity, id), shares.c[column] == with_[1]))
    made = {
        "id": new_id(),
        "entity": work.release.tables.code(entity),
        "record": id,
        column: with_[1],
        "writing": writing,
        "until": until,
        "by": work.actor.id,
        "at": work.now,
    }
    work.connection.execute(shares.insert().values(made))
    _note(work, entity, id, SHARED, with_, {"writing": writing, "until": until.isoformat() if until else None})
    return made["id"]


def unshare(work: Work, entity: str, id: UUID, share: UUID) -> None:
    """Takes a share back. Raises Missing, Forbidden."""
    claim(work, entity, id, "update", None)
    found = work.connection.execute(_of(work, entity, id).where(shares.c.id == share)).first()
    if found is None:
        raise Missing("share", share)
    work.connection.execute(shares.delete().where(shares.c.id == share))
    people, teams = _names(work)
    _note(work, entity, id, UNSHARED, (people, found.user) if found.user is not None else (teams, found.team), {})


def _column(work: Work, with_: tuple[str, UUID]) -> str:
    """The column for the one that a record is shared with. Raises Refused."""
    entity, id = with_
    if entity not in _names(work) or not entity:
        raise _refused(Reason("can be shared with a user or a team"))
    found = storage.load(work, entity, id)
    if found is None or found["archived_at"] is not None or with_ not in titles(work, [with_]):
        raise _refused(Reason("cannot be shared with somebody who is not here"))
    return "user" if entity == _names(work)[0] else "team"


def _names(work: Work) -> tuple[str, str]:
    people, team = work.model.playing("user"), work.model.playing("team")
    return people.name if people else "", team.name if team else ""


def _of(work: Work, entity: str, id: UUID) -> sa.Select:
    return sa.select(shares).where(_here(work, entity, id))


def _here(work: Work, entity: str, id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(shares.c.entity == work.release.tables.code(entity), shares.c.record == id)


def _today(work: Work) -> date:
    return work.now.astimezone(work.model.settings.time_zone).date()


def _refused(reason: Reason) -> Refused:
    return Refused([FieldProblem(None, reason)])


def _note(work: Work, entity: str, id: UUID, kind: str, with_: tuple[str, UUID], more: Mapping[str, Any]) -> None:
    """The history tells who opened the record for whom."""
    row = {
        "id": new_id(),
        "at": work.now,
        "entity": work.release.tables.code(entity),
        "record": id,
        "kind": kind,
        "actor": work.actor.id,
        "cause": {**work.cause.to_json(), "with": [with_[0], str(with_[1])], **more},
        "release": work.release.number,
    }
    work.connection.execute(changes.change.insert(), row)
