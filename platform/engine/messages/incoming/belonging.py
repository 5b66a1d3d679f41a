"""What a mail belongs to: what it answers, what its token names, or who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from customary.engine.messages.incoming.reading import Parsed
from customary.engine.messages.incoming.received import mail
from customary.engine.messages.outbox import Letter, as_letter, letter_with, letters_where, message
from customary.engine.records import storage
from customary.engine.records.reader.addressed import address_fields, known_by
from customary.engine.records.work import Work

_NAME = r"([a-km-np-z2-9]{24,26})"
_IN_ADDRESS = re.compile(rf"\+{_NAME}@", re.IGNORECASE)
_IN_SUBJECT = re.compile(rf"\[#{_NAME}\]", re.IGNORECASE)


@dataclass(frozen=True)
class Belonging:
    """The record that a mail goes on about, and the mail of ours that it answers, where they are known."""

    entity: str | None = None
    record: UUID | None = None
    letter: Letter | None = None


def belonging(work: Work, found: Parsed) -> Belonging:
    """What a mail answers, by its references or else by the token that it carries."""
    letter = next(_answered(work, found), None)
    if letter is not None:
        entity = _there(work, letter.entity, letter.record)
        return Belonging(entity, letter.record if entity else None, letter)
    for code, record in _followed(work, found.references):
        if entity := _there(work, code, record):
            return Belonging(entity, record)
    return Belonging()


def letter_named(work: Work, message_id: str | None) -> Letter | None:
    """The mail of ours with a Message-ID, or None."""
    return next(_letters(work, [message_id] if message_id else []), None)


def person_with(work: Work, address: str, first: str) -> tuple[str, UUID] | None:
    """The record of a person that has an address; of several the one that was changed last, of entity `first` before
    others."""
    people = [each for each in work.model.entities.values() if each.plays == "person"]
    for entity in sorted(people, key=lambda each: each.name != first):
        table = work.release.tables.entity(entity.name)
        emails = address_fields(entity, "email")
        if emails and address:
            known = known_by(table, emails, address)
            statement = sa.select(table.column("id")).where(known, table.column("archived_at").is_(None))
            id = work.connection.execute(statement.order_by(table.column("updated_at").desc()).limit(1)).scalar()
            if id is not None:
                return entity.name, id
    return None


def _answered(work: Work, found: Parsed) -> Iterator[Letter]:
    yield from _letters(work, found.references)
    for token in _tokens(found):
        letter = letter_with(work.connection, token.lower())
        if letter is not None:
            yield letter


def _letters(work: Work, message_ids: Iterable[str]) -> Iterator[Letter]:
    """Those of our mails that are named, in this order: the name of each is its id."""
    ids = [id for each in message_ids if (id := _id_in(each)) is not None]
    rows = work.connection.execute(letters_where(message.c.id.in_(ids))).mappings() if ids else ()
    by_id = {row["id"]: as_letter(row) for row in rows}
    return (by_id[id] for id in ids if id in by_id)


def _tokens(found: Parsed) -> list[str]:
    in_addresses = [match[1] for each in found.recipients for match in _IN_ADDRESS.finditer(each)]
    return [*in_addresses, *_IN_SUBJECT.findall(found.subject)]


def _followed(work: Work, references: Iterable[str]) -> Iterator[tuple[str | None, UUID | None]]:
    """Where mails of others went that are named."""
    named = list(references)
    if not named:
        return
    asked = sa.select(mail.c.entity, mail.c.record).where(mail.c.message_id.in_(named), mail.c.record.is_not(None))
    for row in work.connection.execute(asked.order_by(mail.c.at.desc()).limit(20)):
        yield row.entity, row.record


def _there(work: Work, code: str | None, record: UUID | None) -> str | None:
    """The entity of a record that is still there, by its name of today."""
    entity = work.release.tables.named(code) if code else None
    is_there = entity is not None and record is not None and storage.load(work, entity, record) is not None
    return entity if is_there else None


def _id_in(message_id: str) -> UUID | None:
    try:
        return UUID(message_id.strip("<>").partition("@")[0])
    except ValueError:
        return None
