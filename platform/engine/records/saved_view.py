"""Saved views: a way of looking at an entity's records that somebody kept, for themselves, their team or all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.people.actor import Actor
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.words import Reason

AUDIENCES = ("me", "team", "all")
LONGEST_LABEL = 80

saved_views = sa.Table(
    "customary_view",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("entity", sa.Text, nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("owner", sa.Uuid, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("team", sa.Uuid),
    sa.Column("state", Json, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)


class Changed(Exception):
    """A view is no longer as its writer saw it."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """`state` is plain data: `where`, `columns`, `board`, and `sort`, `widths`, `figures` as [[name, what]]."""

    id: UUID
    entity: str
    label: str
    owner: UUID
    audience: str
    state: Mapping[str, Any]


_USABLE = (
    sa.select(saved_views)
    .where(
        saved_views.c.entity == sa.bindparam("entity"),
        sa.or_(
            saved_views.c.owner == sa.bindparam("owner"),
            saved_views.c.audience == "all",
            sa.and_(saved_views.c.audience == "team", saved_views.c.team == sa.bindparam("team")),
        ),
    )
    .order_by(saved_views.c.created_at, saved_views.c.id)
)


def saved(work: Work, entity: str) -> list[SavedView]:
    """The saved views of an entity that the actor may use, oldest first."""
    asked = {"entity": entity, "owner": work.actor.id, "team": team_of(work, work.actor)}
    return [_view(row) for row in work.connection.execute(_USABLE, asked)]


def save(work: Work, entity: str, label: str, audience: str, state: Mapping[str, Any]) -> UUID:
    """Keeps a view. Raises Refused, Forbidden."""
    label = label.strip()
    if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
        raise Refused([FieldProblem(None, Reason("A view needs a name of at most {max} letters", {"max": 80}))])
    if audience not in AUDIENCES:
        raise Refused([FieldProblem(None, Reason("A view is for me, my team or all"))])
    if audience == "all" and not work.access.may_open("views"):
        raise Forbidden(Reason("Only who runs the workspace may save a view for all."))
    if work.actor.id is None or (audience == "team" and team_of(work, work.actor) is None):
        raise Forbidden(Reason("You are in no team that could see this view."))
    made = {
        "id": new_id(),
        "entity": entity,
        "label": label,
        "owner": work.actor.id,
        "audience": audience,
        "team": team_of(work, work.actor) if audience == "team" else None,
        "state": dict(state),
        "created_at": work.now,
    }
    work.connection.execute(saved_views.insert().values(made))
    return made["id"]


def change(work: Work, id: UUID, state: Mapping[str, Any], seen: str = "") -> None:
    """Gives a saved view another state. `seen` is the mark of the state that the writer saw.

    Raises Missing when the view is not the actor's to change, Changed when it is no longer as it was seen.
    """
    found = work.connection.execute(sa.select(saved_views).where(_mine(work, id)).with_for_update()).first()
    if found is None:
        raise Missing("view", id)
    if seen and seen != mark(found.state):
        raise Changed
    work.connection.execute(saved_views.update().where(saved_views.c.id == id).values(state=dict(state)))


def mark(state: Mapping[str, Any]) -> str:
    """Tells one state of a view from another."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]


def remove(work: Work, id: UUID) -> None:
    """Forgets a saved view. Raises Missing when it is not the actor's to remove."""
    _own(work, work.connection.execute(saved_views.delete().where(_mine(work, id))), id)


def is_theirs(work: Work, view: SavedView) -> bool:
    """Whether the actor may change and remove a view."""
    if view.audience == "all" and work.access.may_open("views"):
        return True
    return work.access.admin or view.owner == work.actor.id


def team_of(work: Work, actor: Actor) -> UUID | None:
    """The team of a person: what their record's link to the entity that plays team says."""
    user, team = work.model.playing("user"), work.model.playing("team")
    if not user or not team or not actor.record:
        return None
    links = (each.name for each in user.fields.values() if getattr(each, "to", None) == team.name)
    name = next(links, None)
    found = actor.record.get(name) if name else None
    return found if isinstance(found, UUID) else None


def _mine(work: Work, id: UUID) -> sa.ColumnElement[bool]:
    found = saved_views.c.id == id
    if work.access.admin:
        return found
    of_all = [saved_views.c.audience == "all"] if work.access.may_open("views") else []
    return sa.and_(found, sa.or_(saved_views.c.owner == work.actor.id, *of_all))


def _own(work: Work, result: sa.CursorResult, id: UUID) -> None:
    if result.rowcount == 0:
        raise Missing("view", id)


def _view(row: sa.Row) -> SavedView:
    return SavedView(row.id, row.entity, row.label, row.owner, row.audience, row.state)
