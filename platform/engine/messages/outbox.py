"""The outbox: every mail that rules write, in the transaction of what caused it; and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from customary.engine.columns import Moment
from customary.engine.database import system
from customary.engine.records.identifier import new_id
from customary.engine.records.work import Work

message = sa.Table(
    "customary_message",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    sa.Column("run", sa.Uuid),
    sa.Column("due", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("error", sa.Text),
    sa.Column("sent_at", Moment),
    sa.Index("customary_message_due", "status", "due"),
    sa.Index("customary_message_record", "record", "at"),
)
"""`entity` is a name at birth. `due` is when the mail is sent or tried again, or its sender's lease ends."""

QUEUED, SENT, FAILED, KEPT = "queued", "sent", "failed", "kept"
"""A mail is kept when the workspace had no mail server as it was written: it is never sent later by surprise,
only when somebody asks for it."""


class NoAddress(ValueError):
    """A text that is not an e-mail address: `text` is what stands there instead."""

    def __init__(self, text: str) -> None:
        self.text = text[:100]
        super().__init__(f"“{self.text}” is not an e-mail address")


@dataclass(frozen=True)
class Letter:
    """A mail in the outbox. `entity` is a name at birth; `due` is when it is sent, or tried again."""

    id: UUID
    at: datetime
    name: str | None
    recipient: str
    subject: str
    body: str
    language: str
    status: str
    entity: str | None
    record: UUID | None
    run: UUID | None
    due: datetime | None
    attempts: int
    error: str | None
    sent_at: datetime | None


def write(
    work: Work,
    to: str,
    subject: str,
    body: str,
    *,
    language: str = "en",
    name: str | None = None,
    about: tuple[str, UUID] | None = None,
    run: UUID | None = None,
) -> UUID:
    """Puts a mail into the outbox and gives its id. Raises NoAddress; `subject` becomes one line."""
    sends = bool(work.model.settings.mail.get("host"))
    id = new_id()
    row = {
        "id": id,
        "at": work.now,
        "name": name,
        "recipient": address(to),
        "subject": " ".join(subject.split())[:500],
        "body": body,
        "language": language,
        "status": QUEUED if sends else KEPT,
        "entity": work.release.tables.code(about[0]) if about else None,
        "record": about[1] if about else None,
        "run": run,
        "due": work.now if sends else None,
        "attempts": 0,
    }
    work.connection.execute(message.insert(), row)
    return id


def address(text: object) -> str:
    """The address in its plain form. Raises NoAddress for anything that is none."""
    try:
        return validate_email(str(text or ""), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise NoAddress(str(text or "")) from error


def letters(
    connection: sa.Connection,
    *,
    record: UUID | None = None,
    run: UUID | None = None,
    status: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Letter]:
    """The newest mails, of all or about one record or of one run; `before` is the id of the last one before."""
    statement = _letters().order_by(message.c.id.desc()).limit(limit)
    for column, value in ((message.c.record, record), (message.c.run, run), (message.c.status, status)):
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(message.c.id < before)
    return [_letter(row) for row in connection.execute(statement).mappings()]


def find_letter(connection: sa.Connection, id: UUID) -> Letter | None:
    """One mail of the outbox, or None."""
    row = connection.execute(_letters().where(message.c.id == id)).mappings().first()
    return _letter(row) if row is not None else None


def send_again(work: Work, id: UUID) -> bool:
    """Makes a mail due that failed or was kept; False where there is no mail server, or the mail needs none."""
    if not work.model.settings.mail.get("host"):
        return False
    idle = message.update().where(message.c.id == id, message.c.status.in_((FAILED, KEPT)))
    again = {"status": QUEUED, "due": work.now, "attempts": 0, "error": None}
    return work.connection.execute(idle.values(again)).rowcount == 1


def _letters() -> sa.Select:
    return sa.select(*(message.c[name] for name in Letter.__dataclass_fields__))


def _letter(row: Mapping[str, Any]) -> Letter:
    return Letter(**row)
