"""Shares: single records that somebody opened for a person or a team, for reading or writing, until a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

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
    """What is shared with a reader on a day: `few` by entity and whether it may be written, or what a query finds."""

    few: Mapping[tuple[str, bool], tuple[UUID, ...]] = field(default_factory=dict)
    query: Callable[[], sa.Select] | None = None
    day: date | None = None

    @property
    def key(self) -> tuple:
        """What tells apart the statements of readers with whom other things are shared."""
        return (self.day,) if self.query is not None else tuple(sorted((*each, ids) for each, ids in self.few.items()))

    @cached_property
    def many(self) -> sa.Select | None:
        """The query, made when a statement is made with it."""
        return None if self.query is None else self.query()


NOTHING = SharedWith()
_statements: WeakKeyDictionary[Any, dict[bool, sa.Select]] = WeakKeyDictionary()
"""Of each release, with teams and without: every unit of work of somebody with few rights asks."""


def shared_with(connection: sa.Connection, model: Model, rows: Any, user: Mapping[str, Any], day: date) -> SharedWith:
    """What is shared with a user on a day. `rows` are those of any entity."""
    mine = teams.teams_of(teams.team_links(model), user)
    kept = _statements.setdefault(rows.tables, {})
    if bool(mine) not in kept:
        kept[bool(mine)] = _query(model, rows, sa.bindparam("teams", expanding=True) if mine else None)
    parameters = {"user": user["id"], "day": day, "teams": mine} if mine else {"user": user["id"], "day": day}
    found = connection.execute(kept[bool(mine)], parameters).all()
    if len(found) > FEW:
        return asked_for(model, rows, user, day)
    few: dict[tuple[str, bool], set[UUID]] = {}
    for code, record, writing in found:
        for act in (False, True) if writing else (False,):
            few.setdefault((code, act), set()).add(record)
    return SharedWith({key: tuple(sorted(ids)) for key, ids in few.items()})


def asked_for(model: Model, rows: Any, user: Mapping[str, Any], day: date) -> SharedWith:
    """The same as a query in each statement, without a look at what it finds."""
    return SharedWith(query=partial(_whole_query, model, rows, user, day), day=day)


def _whole_query(model: Model, rows: Any, user: Mapping[str, Any], day: date) -> sa.Select:
    mine = teams.teams_of(teams.team_links(model), user)
    query = _query(model, rows, mine or None).limit(None)
    return query.params({"user": user["id"], "day": day})


def _query(model: Model, rows: Any, mine: Any) -> sa.Select:
    """What is in force for the bound `user` on the bound `day`, and for their teams."""
    to = [share.c.user == sa.bindparam("user")]
    if mine is not None:
        to.append(share.c.team.in_(teams.along_tree(model, rows, mine, up=True)))
    in_force = sa.and_(sa.or_(*to), sa.or_(share.c.until.is_(None), share.c.until >= sa.bindparam("day")))
    return sa.select(share.c.entity, share.c.record, share.c.writing).where(in_force).limit(FEW + 1)


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
