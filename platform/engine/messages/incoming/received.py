"""Mails that came in, as they are kept: what they say, where they were filed, or why they were set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from customary.engine.columns import Json, Moment
from customary.engine.database import system

mail = sa.Table(
    "customary_mail",
    system,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("mailbox", sa.Text, nullable=False),
    # Its number in the folder, under which the server still has it.
    sa.Column("uid", sa.BigInteger),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("sender_name", sa.Text, nullable=False),
    sa.Column("recipients", Json, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    # What the sender wrote, and the same with all that it quotes.
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("whole", sa.Text, nullable=False),
    sa.Column("automatic", sa.Boolean, nullable=False),
    sa.Column("references", Json, nullable=False),
    sa.Column("files", Json, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("why", sa.Text),
    # The mail of ours that it answers or tells of, and the record that it was filed to, by its entity's name at birth.
    sa.Column("answers", sa.Uuid),
    sa.Column("entity", sa.Text),
    sa.Column("record", sa.Uuid),
    sa.Index("customary_mail_record", "record", "at"),
    sa.Index("customary_mail_message_id", "message_id"),
    sa.Index("customary_mail_status", "status", "received_at"),
    sa.Index("customary_mail_sender", sa.func.lower(sa.column("sender"))),
)

FILED, REPORT, ASIDE, AGAIN = "filed", "report", "aside", "again"
"""A report tells of a mail of ours. What is aside could not be filed; `again` is what is to be tried once more, or
filed with its files to the record that somebody named."""


@dataclass(frozen=True)
class Received:
    """A mail that came in. `files` are those that it brought: each `{id, name, type, size}`."""

    id: UUID
    mailbox: str
    uid: int | None
    message_id: str
    at: datetime
    received_at: datetime
    sender: str
    sender_name: str
    recipients: Sequence[str]
    subject: str
    text: str
    whole: str
    automatic: bool
    references: Sequence[str]
    files: Sequence[Mapping[str, Any]]
    status: str
    why: str | None
    answers: UUID | None
    entity: str | None
    record: UUID | None

    @property
    def named(self) -> str:
        """The sender as people call one."""
        return self.sender_name or self.sender


def find_received(connection: sa.Connection, id: UUID) -> Received | None:
    """One mail, or None."""
    row = connection.execute(sa.select(mail).where(mail.c.id == id)).mappings().first()
    return Received(**row) if row is not None else None


def received_about(connection: sa.Connection, record: UUID, limit: int | None = 50) -> list[Received]:
    """The newest mails that were filed to a record."""
    return _found(connection, mail.c.record == record, mail.c.status == FILED, limit=limit)


def newest_from(connection: sa.Connection, record: UUID, sender: str) -> Received | None:
    """The newest mail of a sender about a record, or None."""
    same = sa.func.lower(mail.c.sender) == sender.lower()
    found = _found(connection, mail.c.record == record, mail.c.status == FILED, same, limit=1)
    return found[0] if found else None


def aside(connection: sa.Connection, limit: int = 100) -> list[Received]:
    """The newest of those that could not be filed."""
    return _found(connection, mail.c.status.in_((ASIDE, AGAIN)), limit=limit)


def to_try(connection: sa.Connection, mailbox: str) -> list[int]:
    """The numbers of those that are to be tried once more."""
    again = sa.select(mail.c.uid).where(mail.c.mailbox == mailbox, mail.c.status == AGAIN, mail.c.uid.is_not(None))
    return list(connection.execute(again.order_by(mail.c.uid)).scalars())


def try_again(connection: sa.Connection, id: UUID) -> bool:
    """Has a mail that was set aside read once more; False where it was not, or the server does not know it."""
    mine = mail.update().where(mail.c.id == id, mail.c.status == ASIDE, mail.c.uid.is_not(None))
    return connection.execute(mine.values(status=AGAIN)).rowcount == 1


def direct(connection: sa.Connection, id: UUID, code: str, record: UUID, fetched: bool) -> bool:
    """Files a mail that was set aside to a record, by its entity's name at birth; False where it was not aside.

    Where its server is read, it is `fetched` once more, for only there lie its files.
    """
    mine = mail.update().where(mail.c.id == id, mail.c.status.in_((ASIDE, AGAIN)))
    values = {"entity": code, "record": record, "status": AGAIN if fetched else FILED}
    return connection.execute(mine.values(values if fetched else {**values, "why": None})).rowcount == 1


def directed(connection: sa.Connection, mailbox: str, uid: int | None, message_id: str) -> tuple[str, UUID] | None:
    """The record to which somebody said that a mail belongs, by its entity's name at birth. Servers may number anew, so
    that the number alone does not tell which mail it is."""
    same = (mail.c.mailbox == mailbox, mail.c.uid == uid, mail.c.message_id == message_id)
    waits = (mail.c.status == AGAIN, mail.c.record.is_not(None))
    row = connection.execute(sa.select(mail.c.entity, mail.c.record).where(*same, *waits)).first()
    return (row.entity, row.record) if row is not None else None


def file_as_it_is(connection: sa.Connection, mailbox: str, uid: int) -> None:
    """Files a mail without its files where somebody said where it belongs, and its server has it no more."""
    mine = (mail.c.mailbox == mailbox, mail.c.uid == uid, mail.c.status == AGAIN, mail.c.record.is_not(None))
    connection.execute(mail.update().where(*mine).values(status=FILED))


def left_aside(connection: sa.Connection, mailbox: str) -> dict[UUID, str]:
    """The Message-IDs of those that are set aside and have a number."""
    left = (mail.c.mailbox == mailbox, mail.c.uid.is_not(None), mail.c.status.in_((ASIDE, AGAIN)))
    return {row.id: row.message_id for row in connection.execute(sa.select(mail.c.id, mail.c.message_id).where(*left))}


def renumber(connection: sa.Connection, numbers: Mapping[UUID, int | None]) -> None:
    """Gives mails that were set aside the numbers under which their server has them now. What it has no more cannot be
    tried again; where somebody said to which record it belongs, it is filed as it is."""
    waits = sa.and_(mail.c.status == AGAIN, mail.c.record.is_not(None))
    for id, now in numbers.items():
        values = {"uid": now} if now is not None else {"uid": None, "status": sa.case((waits, FILED), else_=ASIDE)}
        connection.execute(mail.update().where(mail.c.id == id).values(values))


def keep(connection: sa.Connection, found: Received) -> None:
    """Keeps a mail; in the place of the same one, where that had been set aside."""
    unnumbered = sa.and_(mail.c.uid.is_(None), mail.c.message_id == found.message_id, mail.c.message_id != "")
    same = (mail.c.mailbox == found.mailbox, mail.c.status.in_((ASIDE, AGAIN)))
    connection.execute(mail.delete().where(*same, sa.or_(mail.c.uid == found.uid, unnumbered)))
    connection.execute(mail.insert(), {name: getattr(found, name) for name in Received.__dataclass_fields__})


def is_known(connection: sa.Connection, mailbox: str, message_id: str) -> bool:
    """Whether a mail was read before: servers may number their mails anew."""
    same = (mail.c.mailbox == mailbox, mail.c.message_id == message_id, mail.c.status.in_((FILED, REPORT)))
    return connection.execute(sa.select(mail.c.id).where(*same).limit(1)).first() is not None


def _found(connection: sa.Connection, *conditions: Any, limit: int | None) -> list[Received]:
    statement = sa.select(mail).where(*conditions).order_by(mail.c.at.desc(), mail.c.id.desc()).limit(limit)
    return [Received(**row) for row in connection.execute(statement).mappings()]


def threading(found: Received, *, by_hand: bool = False) -> dict[str, Any]:
    """What a letter needs to be known as an answer to a mail, and to come from where that was sent."""
    before = list(reversed(found.references))[-20:]
    thread = {"in_reply_to": found.message_id, "references": [*before, found.message_id]}
    return {**thread, "mailbox": found.mailbox, "answers": str(found.id), "by_hand": by_hand}
