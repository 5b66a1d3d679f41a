"""Taking a mail in: it is filed to its record, makes one, or is set aside; in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customary.engine import files
from customary.engine.messages.incoming.belonging import Belonging, belonging, letter_named, person_with
from customary.engine.messages.incoming.reading import NoMail, Parsed, parse
from customary.engine.messages.incoming.received import ASIDE, FILED, REPORT, Received, directed, is_known, keep
from customary.engine.messages.made import made_of
from customary.engine.messages.outbox import Letter
from customary.engine.model.message import Mailbox
from customary.engine.reasons import reason_text
from customary.engine.records import storage
from customary.engine.records.identifier import new_id
from customary.engine.records.refusal import Refused, reason_of
from customary.engine.records.scope import RecordScope
from customary.engine.records.work import Work
from customary.engine.records.write import create
from customary.engine.words import Reason


@dataclass(frozen=True)
class Taken:
    """A mail that was taken in: what it answers, and whether it made the record."""

    received: Received
    parsed: Parsed
    entity: str | None = None
    letter: Letter | None = None
    new: bool = False


Heard = Callable[[Work, Taken], None]
"""Hears, in the same transaction, of each mail that was taken in."""

BELONGS_NOWHERE = Reason("It answers nothing, and nobody with this address is known.")


class NowhereToGo(Exception):
    """A mail cannot be filed; `why` says why."""

    def __init__(self, why: Reason) -> None:
        self.why = why
        super().__init__(str(why))


def take_in(work: Work, store: files.Store, mailbox: Mailbox, uid: int | None, raw: bytes, heard: Heard) -> bool:
    """Takes a mail in; False for one that was before, and for one of our own. Raises NowhereToGo."""
    found = _parsed(raw)
    if is_known(work.connection, mailbox.name, found.message_id) or letter_named(work, found.message_id):
        return False
    if found.report is not None:
        letter = letter_named(work, found.report.original) or belonging(work, found).letter
        received = _received(work, mailbox.name, uid, found, REPORT, letter=letter)
        keep(work.connection, received)
        heard(work, Taken(received, found, letter=letter))
        return True
    goes, new = (said, False) if (said := _directed(work, mailbox.name, uid, found)) else _place(work, mailbox, found)
    brought = _stored(work, store, goes, found)
    received = _received(work, mailbox.name, uid, found, FILED, goes, brought, goes.letter)
    keep(work.connection, received)
    heard(work, Taken(received, found, goes.entity, goes.letter, new))
    return True


def _parsed(raw: bytes) -> Parsed:
    try:
        return parse(raw)
    except NoMail as error:
        raise NowhereToGo(Reason("Nothing in it is a mail.")) from error


def set_aside(work: Work, mailbox: str, uid: int, raw: bytes, why: Reason) -> None:
    """Keeps what can be told of a mail that could not be taken in; the server still has it. It is filed all the same
    where somebody said to which record."""
    try:
        found = parse(raw[:200_000])
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the mailbox goes on
        found = Parsed("", (), None, "", "", (), "", "", "", True)
    goes = _directed(work, mailbox, uid, found)
    keep(work.connection, _received(work, mailbox, uid, found, FILED if goes else ASIDE, goes, why=why))


def payload(taken: Taken) -> dict[str, Any]:
    """What rules are told of a mail."""
    return {**_told(taken.parsed), "new": taken.new}


def _directed(work: Work, mailbox: str, uid: int | None, found: Parsed) -> Belonging | None:
    """Where somebody said that a mail belongs, if that is still there."""
    said = directed(work.connection, mailbox, uid, found.message_id)
    entity = work.release.tables.named(said[0]) if said else None
    is_there = said and entity and storage.load(work, entity, said[1]) is not None
    return Belonging(entity, said[1]) if is_there else None


def _told(found: Parsed) -> dict[str, Any]:
    subject = found.subject or found.text.partition("\n")[0][:200] or found.sender
    to = found.recipients[0] if found.recipients else ""
    return {
        "subject": subject,
        "text": found.text,
        "from": found.sender,
        "name": found.sender_name or found.sender,
        "to": to,
        "automatic": found.automatic,
        "new": True,
    }


def _place(work: Work, mailbox: Mailbox, found: Parsed) -> tuple[Belonging, bool]:
    """Where a mail goes, and whether the record is new."""
    goes = belonging(work, found)
    if goes.record is not None:
        return goes, False
    person = person_with(work, found.sender, mailbox.entity)
    if person is not None and (mailbox.new is None or person[0] == mailbox.entity):
        return Belonging(*person, goes.letter), False
    if mailbox.new is None or found.is_reply:
        raise NowhereToGo(BELONGS_NOWHERE)
    try:
        return Belonging(mailbox.entity, _made(work, mailbox, found, person), goes.letter), True
    except Refused as error:
        raise NowhereToGo(reason_of(error.problems)) from error


def _made(work: Work, mailbox: Mailbox, found: Parsed, person: tuple[str, UUID] | None) -> UUID:
    """A record out of a mail. What is longer than its field is cut off there; the mail keeps it."""
    fields, scope = work.model.entities[mailbox.entity].fields, RecordScope(work)
    scope.bindings |= {"payload": _told(found), "sender": scope.find(*person) if person else None}
    values = made_of(fields, mailbox.new or {}, scope)
    for name, value in values.items():
        if isinstance(value, str) and (most := getattr(fields[name], "max_length", None)):
            values[name] = value[:most]
    return create(work, mailbox.entity, values)


def _stored(work: Work, store: files.Store, goes: Belonging, found: Parsed) -> list[dict[str, Any]]:
    """The files that a mail brought, kept for its record."""
    kept = [files.keep(work.connection, store, new_id(), each.name, each.data, None, work.now) for each in found.files]
    if kept and goes.entity and goes.record:
        code = work.release.tables.code(goes.entity)
        files.claim(work.connection, code, goes.record, [each.id for each in kept])
    return [{"id": str(each.id), "name": each.name, "type": each.type, "size": each.size} for each in kept]


def _received(
    work: Work,
    mailbox: str,
    uid: int | None,
    found: Parsed,
    status: str,
    goes: Belonging | None = None,
    brought: list[dict[str, Any]] | None = None,
    letter: Letter | None = None,
    why: Reason | None = None,
) -> Received:
    if found.left_out:
        text = "{count} files were too large or too many, and were left on the server."
        why = Reason(text, {"count": found.left_out})
    return Received(
        id=new_id(),
        mailbox=mailbox,
        uid=uid,
        message_id=found.message_id,
        at=min(found.at or work.now, work.now),
        received_at=work.now,
        sender=found.sender,
        sender_name=found.sender_name,
        recipients=list(found.recipients),
        subject=found.subject,
        text=found.text,
        whole=found.whole,
        automatic=found.automatic,
        references=list(found.references),
        files=brought or [],
        status=status,
        why=reason_text(why) if why else None,
        answers=letter.id if letter else None,
        entity=work.release.tables.code(goes.entity) if goes and goes.entity else None,
        record=goes.record if goes else None,
    )
