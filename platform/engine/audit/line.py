"""Lines of the audit log, each written in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.words import Reason

entry = sa.Table(
    "customary_audit",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Uuid),
    # Who that was: an account may be gone when somebody asks.
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    sa.Column("details", Json, nullable=False),
    # Given when the line is chained, a moment later.
    sa.Column("number", sa.Integer, unique=True),
    sa.Column("key", sa.Text),
    sa.Column("digest", sa.Text),
    sa.Index("customary_audit_at", "at", "id"),
    sa.Index("customary_audit_actor", "actor", "at"),
)
"""`entity` is a name at birth. `digest` covers the line and the digest of the one before it."""

LONGEST = 500
KINDS: Mapping[str, Reason] = {
    "signed_in": Reason("Signed in"),
    "sign_in_failed": Reason("Sign-in failed"),
    "person_added": Reason("Person added"),
    "roles_changed": Reason("Roles changed"),
    "person_locked_out": Reason("Person deactivated"),
    "person_let_in": Reason("Person activated"),
    "person_removed": Reason("Account removed"),
    "address_changed": Reason("Sign-in address changed"),
    "admin_kept": Reason("Role of the last administrator kept"),
    "password_changed": Reason("Password changed"),
    "link_made": Reason("Link to choose a password made"),
    "factor_on": Reason("Second factor turned on"),
    "factor_off": Reason("Second factor taken off"),
    "codes_renewed": Reason("New recovery codes made"),
    "passkey_added": Reason("Passkey made"),
    "passkey_removed": Reason("Passkey taken away"),
    "key_added": Reason("API key made"),
    "key_removed": Reason("API key withdrawn"),
    "looked_as": Reason("Looked at everything as somebody else"),
    "exported": Reason("Records exported"),
    "deleted": Reason("Record deleted"),
    "erased": Reason("Person erased"),
    "revealed": Reason("Secret revealed"),
    "released": Reason("Definitions applied"),
    "forgotten": Reason("Old lines of this log removed"),
}
"""What a line may tell of."""


@dataclass(frozen=True)
class Line:
    """One line. `entity` is a name at birth; `number` is None until it is chained."""

    id: UUID
    at: datetime
    kind: str
    actor: UUID | None
    who: str
    address: str
    entity: str | None
    record: UUID | None
    details: Mapping[str, Any]
    number: int | None
    key: str | None
    digest: str | None


def note(
    connection: sa.Connection,
    kind: str,
    at: datetime,
    *,
    actor: UUID | None = None,
    who: str = "",
    address: str = "",
    about: tuple[str, UUID | None] | None = None,
    **details: Any,
) -> None:
    """Adds a line. `about` is an entity by its name at birth, and a record of it; `details` are plain data.

    What came from outside may be anything: it is cut to a length and to what a database takes.
    """
    assert kind in KINDS, kind
    row = {"id": uuid4(), "at": at, "kind": kind, "actor": actor, "who": _fit(who), "address": _fit(address)}
    row["details"] = {name: _fit(value) for name, value in details.items()}
    entity, record = about or (None, None)
    connection.execute(entry.insert(), {**row, "entity": entity, "record": record})


def _fit(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value[:LONGEST].encode(errors="replace").decode().replace("\0", "\ufffd")


def lines(
    connection: sa.Connection,
    *,
    kind: str | None = None,
    actor: UUID | None = None,
    record: UUID | None = None,
    since: datetime | None = None,
    before: UUID | None = None,
    limit: int | None = 100,
) -> Iterator[Line]:
    """The newest lines; `before` is the id of the last one of the page before."""
    found = sa.select(entry).order_by(entry.c.at.desc(), entry.c.id.desc()).limit(limit)
    for column, value in ((entry.c.kind, kind), (entry.c.actor, actor), (entry.c.record, record)):
        if value is not None:
            found = found.where(column == value)
    if since is not None:
        found = found.where(entry.c.at >= since)
    if before is not None:
        last = sa.select(entry.c.at, entry.c.id).where(entry.c.id == before).subquery()
        found = found.where(sa.tuple_(entry.c.at, entry.c.id) < sa.select(last.c.at, last.c.id).scalar_subquery())
    for row in connection.execute(found.execution_options(yield_per=500)).mappings():
        yield Line(**row)
