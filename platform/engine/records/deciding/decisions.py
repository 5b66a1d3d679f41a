"""What waits for people to decide: whom it is asked of, what they said, and which values that holds for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.people.tokens import new_token
from customary.engine.records.deciding.candidates import candidates
from customary.engine.records.identifier import new_id
from customary.engine.records.told import Texts, shown
from customary.engine.records.work import Work

decision = sa.Table(
    "customary_decision",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    # The entity's name at birth; none where a rule asks that is about no record.
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    # The run and its step that wait for the answer, or the stage that the record is to enter.
    sa.Column("run", sa.Uuid),
    sa.Column("position", sa.Text),
    sa.Column("stage", sa.Text),
    # Whose approval of the stage it is, and the digest of the values that are approved.
    sa.Column("key", sa.Text),
    sa.Column("covers", sa.Text),
    # Goes into what is told of that digest: who may not see the values could find them by it.
    sa.Column("salt", sa.Text),
    sa.Column("asked_by", sa.Uuid),
    sa.Column("text", Json, nullable=False),
    sa.Column("due", Moment),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("answered_by", sa.Uuid),
    sa.Column("answered_at", Moment),
    sa.Column("note", sa.Text),
    sa.Column("given", Json),
    sa.Index("customary_decision_record", "record", "stage"),
    sa.Index("customary_decision_run", "run", "position"),
)

asked = sa.Table(
    "customary_decision_asked",
    system,
    sa.Column("whom", sa.Text, primary_key=True),
    sa.Column("decision", sa.Uuid, primary_key=True),
    sa.Index("customary_decision_asked_of", "decision"),
)
"""Who may decide, while it is open: `user:` and an id, or `role:` and its name, which newcomers fill too."""

OPEN, APPROVED, REFUSED = "open", "approved", "refused"

MOST_TOLD = 50
"""So many people of a role are told by mail."""


@dataclass(frozen=True)
class Decision:
    """One thing to decide. `text` is by language, as the actor may read it, and `texts` as it is kept; `given` are the
    values that came with the answer, in JSON forms."""

    id: UUID
    at: datetime
    entity: str | None
    record: UUID | None
    run: UUID | None
    position: str | None
    stage: str | None
    covers: str | None
    salt: str | None
    asked_by: UUID | None
    text: Mapping[str, str]
    texts: Texts
    due: datetime | None
    status: str
    answered_by: UUID | None
    answered_at: datetime | None
    note: str | None
    given: Mapping[str, Any] | None


def deciders(work: Work, by: Any, scope: Any) -> tuple[str, ...]:
    """Those whom `by` names in a scope: a role by its name, people by their ids; empty when there is nobody."""
    found = (_whom(work, each, scope) for each in (by if isinstance(by, tuple) else (by,)))
    return tuple(dict.fromkeys(key for keys in found for key in keys))


def users_of(work: Work, whom: Collection[str]) -> list[UUID]:
    """The people behind those who are asked, as many as may be told."""
    found: list[UUID] = []
    for each in whom:
        kind, _, name = each.partition(":")
        found += [UUID(name)] if kind == "user" else candidates(work, f"role {name}")
    return list(dict.fromkeys(found))[:MOST_TOLD]


def keys_of(work: Work) -> tuple[str, ...]:
    """As whom the actor may decide."""
    actor = work.actor
    return (f"user:{actor.id}", *(f"role:{role}" for role in actor.roles)) if actor.id else ()


def put(work: Work, whom: Collection[str], text: Texts, **more: Any) -> UUID:
    """Asks, and gives the id of what is to be decided."""
    about = more.pop("about", None)
    row = {
        "id": new_id(),
        "at": work.now,
        "entity": work.release.tables.code(about[0]) if about else None,
        "record": about[1] if about else None,
        "text": dict(text),
        "salt": new_token(),
        "status": OPEN,
        **more,
    }
    work.connection.execute(decision.insert(), row)
    work.connection.execute(asked.insert(), [{"whom": each, "decision": row["id"]} for each in whom])
    return row["id"]


def is_mine(work: Work) -> sa.ColumnElement[bool]:
    """The condition under which something is for the actor to decide."""
    mine = sa.select(asked.c.decision).where(asked.c.whom.in_(keys_of(work)))
    return decision.c.id.in_(mine)


def settle(work: Work, id: UUID, approved: bool, note: str, **more: Any) -> bool:
    """Writes the answer down; False when somebody was faster."""
    still = (decision.c.id == id, decision.c.status == OPEN)
    row = {
        "status": APPROVED if approved else REFUSED,
        "answered_by": work.actor.id,
        "answered_at": work.now,
        "note": note[:2000] or None,
        **more,
    }
    return work.connection.execute(decision.update().where(*still).values(row)).rowcount == 1


def give_to(work: Work, id: UUID, user: UUID) -> None:
    """Lets somebody else decide, instead of all who were asked."""
    work.connection.execute(asked.delete().where(asked.c.decision == id))
    work.connection.execute(asked.insert(), {"whom": f"user:{user}", "decision": id})


def pass_on(work: Work, user: UUID, to: UUID) -> None:
    """What is asked of somebody who leaves is asked of another one; their approval counts for the same."""
    old, new = f"user:{user}", f"user:{to}"
    mine = sa.select(asked.c.decision).where(asked.c.whom == old)
    both = sa.select(asked.c.decision).where(asked.c.whom == new, asked.c.decision.in_(mine)).scalar_subquery()
    work.connection.execute(asked.delete().where(asked.c.whom == old, asked.c.decision.in_(both)))
    work.connection.execute(asked.update().where(asked.c.whom == old).values(whom=new))


def rename_roles(connection: sa.Connection, names: Mapping[str, str]) -> None:
    """What is asked of a role of an old name is asked of it under the new one, and what it has approved it has."""
    keys = {f"role:{old}": f"role:{new}" for old, new in names.items()}
    moved = asked.c.whom.in_(keys)
    rows = connection.execute(sa.select(asked.c.whom, asked.c.decision).where(moved)).all()
    connection.execute(asked.delete().where(moved))
    if rows:
        connection.execute(asked.insert(), [{"whom": keys[row.whom], "decision": row.decision} for row in rows])
    keyed = sa.select(decision.c.id, decision.c.key).where(decision.c.key.is_not(None))
    for id, key in connection.execute(keyed).all():
        renamed = "|".join(sorted(keys.get(each, each) for each in key.split("|")))
        if renamed != key:
            connection.execute(decision.update().where(decision.c.id == id).values(key=renamed))


def decisions(work: Work, *conditions: Any, limit: int = 50, hold: bool = False) -> list[Decision]:
    """Those that fulfil the conditions, newest first."""
    columns = (decision.c[name] for name in Decision.__dataclass_fields__ if name != "texts")
    found = sa.select(*columns).where(*conditions).order_by(decision.c.id.desc()).limit(limit)
    rows = work.connection.execute(found.with_for_update(of=decision) if hold else found).mappings().all()
    read = shown(work, [row["text"] for row in rows])
    return [_decision(work, row, text) for row, text in zip(rows, read, strict=True)]


def _decision(work: Work, row: Mapping[str, Any], text: Mapping[str, str]) -> Decision:
    entity = work.release.tables.named(row["entity"]) if row["entity"] else None
    return Decision(**{**row, "entity": entity, "texts": row["text"], "text": text})


def _whom(work: Work, by: Any, scope: Any) -> tuple[str, ...]:
    if isinstance(by, str):
        kind, _, name = by.partition(" ")
        return (f"role:{name}",) if kind == "role" else tuple(f"user:{id}" for id in candidates(work, by))
    return tuple(f"user:{id}" for id in _ids(by.evaluate(scope)))


def _ids(value: Any) -> tuple[UUID, ...]:
    found = value if isinstance(value, list | tuple) else (value,)
    ids = (each.get("id") if isinstance(each, Mapping) else each for each in found)
    return tuple(each for each in ids if isinstance(each, UUID))
