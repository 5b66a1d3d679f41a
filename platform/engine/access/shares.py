"""Shares: single records that somebody opened for a person or a team, for reading or writing, until a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.access import teams
from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.model.model import Model

share = sa.Table(
    "customary_share",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    # The entity's name at birth: a renamed entity keeps its shares.
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("record", sa.Uuid, nullable=False),
    # One of the two: a person, or a team with all below it.
    sa.Column("user", sa.Uuid),
    sa.Column("team", sa.Uuid),
    sa.Column("writing", sa.Boolean, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("by", sa.Uuid),
    sa.Column("at", Moment, nullable=False),
    sa.Index("customary_share_user", "user", "entity"),
    sa.Index("customary_share_team", "team", "entity"),
    sa.Index("customary_share_record", "record"),
)

FEW = 500
"""So many shared records stand in a statement by their ids: the database then finds them by its key, beside the
index that finds the reader's own."""


@dataclass(frozen=True)
class SharedWith:
    """What is shared with a reader on a day: `few` by entity and whether it may be written, or `many` by a query."""

    few: Mapping[tuple[str, bool], tuple[UUID, ...]] = field(default_factory=dict)
    many: sa.Select | None = None
    day: date | None = None

    @property
    def key(self) -> tuple:
        """What tells apart the statements of readers with whom other things are shared."""
        return (self.day,) if self.many is not None else tuple(sorted((*each, ids) for each, ids in self.few.items()))


NOTHING = SharedWith()


def shared_with(connection: sa.Connection, model: Model, rows: Any, user: Mapping[str, Any], day: date) -> SharedWith:
    """What is shared with a user on a day. `rows` are those of any entity."""
    to = [share.c.user == user["id"]]
    if mine := teams.teams_of(teams.team_links(model), user):
        to.append(share.c.team.in_(teams.along_tree(model, rows, mine, up=True)))
    in_force = sa.and_(sa.or_(*to), sa.or_(share.c.until.is_(None), share.c.until >= day))
    query = sa.select(share.c.entity, share.c.record, share.c.writing).where(in_force)
    found = connection.execute(query.limit(FEW + 1)).all()
    if len(found) > FEW:
        return SharedWith(many=query, day=day)
    few: dict[tuple[str, bool], set[UUID]] = {}
    for code, record, writing in found:
        for act in (False, True) if writing else (False,):
            few.setdefault((code, act), set()).add(record)
    return SharedWith({key: tuple(sorted(ids)) for key, ids in few.items()})


def clause(shared: SharedWith, rows: Any, writing: bool) -> sa.ColumnElement:
    """That a row is shared with the reader."""
    code, id = rows.tables.code(rows.entity), rows.column("id")
    if shared.many is None:
        ids = shared.few.get((code, writing), ())
        return id.in_(ids) if ids else sa.false()
    return id.in_(_of(shared.many, code, writing))


def is_shared(connection: sa.Connection, shared: SharedWith, code: str, id: UUID, writing: bool) -> bool:
    """Whether one record is."""
    if shared.many is None:
        return id in shared.few.get((code, writing), ())
    found = _of(shared.many, code, writing).where(share.c.record == id)
    return connection.execute(found.limit(1)).first() is not None


def forget(connection: sa.Connection, code: str, id: UUID) -> None:
    """Takes back all shares of a record that is deleted."""
    connection.execute(share.delete().where(share.c.record == id, share.c.entity == code))


def _of(query: sa.Select, code: str, writing: bool) -> sa.Select:
    wanted = query.with_only_columns(share.c.record).where(share.c.entity == code)
    return wanted.where(share.c.writing) if writing else wanted
