"""The outbox: everything that goes to the world outside, written in the transaction of what caused it.

One row is one message of one kind: a mail, a text message, a call of another system. Its id is the key by which who
receives it can tell that it came twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system
from customary.engine.messages import breaker
from customary.engine.model.workspace import Settings
from customary.engine.reasons import read_reason, reason_text
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work
from customary.engine.words import Reason

message = sa.Table(
    "customary_message",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default="mail"),
    # What fails and rests together: a mail server, the host of an address.
    sa.Column("destination", sa.Text, nullable=False, server_default="mail"),
    sa.Column("name", sa.Text),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    # What else its kind needs to be delivered, and what came back.
    sa.Column("details", Json),
    sa.Column("result", Json),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    sa.Column("run", sa.Uuid),
    # The step of the run that wrote it.
    sa.Column("position", sa.Text),
    # What it must not be sent too fast to, and what the outside names it by.
    sa.Column("pace", sa.Text),
    sa.Column("token", sa.Text),
    sa.Column("due", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("error", sa.Text),
    sa.Column("sent_at", Moment),
    sa.Index("customary_message_due", "status", "due"),
    sa.Index("customary_message_record", "record", "at"),
    sa.Index("customary_message_run", "run", "position"),
    sa.Index("customary_message_token", "token"),
    sa.Index("customary_message_recipient", sa.func.lower(sa.column("recipient"))),
)
"""`entity` is a name at birth. `due` is when the message is delivered or tried again, or its sender's lease ends."""

QUEUED, SENT, FAILED, KEPT, DROPPED = "queued", "sent", "failed", "kept", "dropped"
"""A message is kept when the workspace had no way to deliver it as it was written: it is never sent later by surprise,
only when somebody asks for it. What failed was given up; somebody may send it again, or drop it."""
IDLE = (FAILED, KEPT)

KINDS = ("document", "mail", "sms", "webhook")


@dataclass(frozen=True)
class Letter:
    """A message in the outbox. `entity` is a name at birth; `due` is when it is sent, or tried again."""

    id: UUID
    at: datetime
    kind: str
    destination: str
    name: str | None
    recipient: str
    subject: str
    body: str
    language: str
    details: Mapping[str, Any] | None
    result: Mapping[str, Any] | None
    status: str
    entity: str | None
    record: UUID | None
    run: UUID | None
    position: str | None
    pace: str | None
    token: str | None
    due: datetime | None
    attempts: int
    error: str | None
    sent_at: datetime | None

    @property
    def why(self) -> Reason | None:
        """Why it was not delivered."""
        return read_reason(self.error)

    @property
    def is_private(self) -> bool:
        """Whether it holds what its receiver alone may have, such as a link that lets them in: it is shown to nobody
        here, its links are not followed up, and its text does not stay once it is sent."""
        return bool((self.details or {}).get("private"))


def put(
    work: Work,
    kind: str,
    *,
    to: str,
    subject: str = "",
    body: str = "",
    destination: str | None = None,
    language: str = "en",
    name: str | None = None,
    details: Mapping[str, Any] | None = None,
    about: tuple[str, UUID] | None = None,
    run: UUID | None = None,
    position: str | None = None,
    pace: str | None = None,
    token: str | None = None,
    held: Reason | None = None,
) -> UUID:
    """Puts a message into the outbox and gives its id. `destination` is the kind itself where nothing else is said.

    What is `held` stands there as dropped, with the reason.
    """
    goes = is_served(work.model.settings, kind) and held is None
    row = {
        "id": new_id(),
        "at": work.now,
        "kind": kind,
        "destination": destination or kind,
        "name": name,
        "recipient": to,
        "subject": subject,
        "body": body,
        "language": language,
        "details": dict(details) if details is not None else None,
        "status": DROPPED if held is not None else QUEUED if goes else KEPT,
        "error": reason_text(held) if held is not None else None,
        "entity": work.release.tables.code(about[0]) if about else None,
        "record": about[1] if about else None,
        "run": run,
        "position": position,
        "pace": pace,
        "token": token,
        "due": work.now if goes else None,
        "attempts": 0,
    }
    work.connection.execute(message.insert(), row)
    return row["id"]


def is_served(settings: Settings, kind: str) -> bool:
    """Whether the workspace has what it needs to deliver messages of this kind."""
    needs = {"mail": settings.mail.get("host"), "sms": settings.sms.get("url")}
    return bool(needs.get(kind, True))


def letters(
    connection: sa.Connection,
    *,
    record: UUID | None = None,
    run: UUID | None = None,
    status: str | None = None,
    before: UUID | None = None,
    limit: int | None = 50,
) -> list[Letter]:
    """The newest messages, of all or about one record or of one run; `before` is the id of the last one before."""
    statement = letters_where().order_by(message.c.id.desc()).limit(limit)
    for column, value in ((message.c.record, record), (message.c.run, run), (message.c.status, status)):
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(message.c.id < before)
    return [as_letter(row) for row in connection.execute(statement).mappings()]


def find_letter(connection: sa.Connection, id: UUID) -> Letter | None:
    """One message of the outbox, or None."""
    row = connection.execute(letters_where(message.c.id == id)).mappings().first()
    return as_letter(row) if row is not None else None


def letter_with(connection: sa.Connection, token: str) -> Letter | None:
    """The message that the outside names by a token, or None."""
    if "\0" in token:  # nothing in PostgreSQL has one, and it cannot be asked for
        return None
    row = connection.execute(letters_where(message.c.token == token)).mappings().first()
    return as_letter(row) if row is not None else None


def written_by(connection: sa.Connection, run: UUID, position: str) -> list[Letter]:
    """What one step of a run wrote, oldest first."""
    found = letters_where(message.c.run == run, message.c.position == position).order_by(message.c.id)
    return [as_letter(row) for row in connection.execute(found).mappings()]


def send_again(work: Work, *ids: UUID) -> int:
    """Makes messages due that failed or were kept, and gives how many; those that nothing could deliver are left.

    Their destinations are tried at once, for whoever asks knows better.
    """
    return _again(work, message.c.id.in_(ids))


def send_all_again(work: Work, status: str) -> int:
    """The same with all that failed, or all that were kept."""
    return _again(work, message.c.status == status)


def drop(work: Work, *ids: UUID) -> int:
    """Lets go of messages that failed or were kept: nobody will send them. Gives how many."""
    idle = message.update().where(message.c.id.in_(ids), message.c.status.in_(IDLE))
    return work.connection.execute(idle.values(status=DROPPED, due=None)).rowcount


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many messages wait, failed and were kept."""
    wanted = (QUEUED, *IDLE)
    found = sa.select(message.c.status, sa.func.count()).where(message.c.status.in_(wanted)).group_by(message.c.status)
    return {row.status: row[1] for row in connection.execute(found)}


def _again(work: Work, which: sa.ColumnElement[bool]) -> int:
    served = [kind for kind in KINDS if is_served(work.model.settings, kind)]
    idle = (which, message.c.status.in_(IDLE), message.c.kind.in_(served))
    breaker.forgive(work.connection, sa.select(message.c.destination).where(*idle))
    again = {"status": QUEUED, "due": work.now, "attempts": 0, "error": None}
    return work.connection.execute(message.update().where(*idle).values(again)).rowcount


def letters_where(*conditions: sa.ColumnElement[bool]) -> sa.Select:
    """The messages that fulfil the conditions, for `as_letter`."""
    return sa.select(*(message.c[name] for name in Letter.__dataclass_fields__)).where(*conditions)


def as_letter(row: Mapping[str, Any]) -> Letter:
    """A row of `letters_where`."""
    return Letter(**row)
