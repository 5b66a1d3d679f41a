"""The mails about a record, both ways, as whoever may read the record may read them.

What a rule wrote tells what it read, of other records too: who may not read all of that learns only that it went out,
and sees answers without what they quote.
From whom a role hides an address, mails keep theirs back too. People from outside see none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from customary.engine.messages.forms.entries import entry
from customary.engine.messages.incoming.received import Received, find_received, mail, received_about
from customary.engine.messages.outbox import Letter, letters, message
from customary.engine.messages.reactions import reactions_to
from customary.engine.records.reader.select import get
from customary.engine.records.refusal import Missing
from customary.engine.records.told import may_know
from customary.engine.records.work import Work
from customary.engine.records.writer.merging import merge as merge_records

MOST = 100


@dataclass(frozen=True)
class Post:
    """A mail about a record. `who` wrote it, or got it where it is ours, and is empty where the reader may not know;
    `whole` holds more than `text` or is empty."""

    id: UUID
    at: datetime
    ours: bool
    who: str
    subject: str
    text: str
    whole: str = ""
    files: Sequence[Mapping[str, Any]] = ()
    automatic: bool = False
    status: str = ""
    reactions: Mapping[str, datetime] = field(default_factory=dict)


def posts(work: Work, entity: str, record: UUID, most: int | None = MOST) -> list[Post]:
    """The newest mails about a record that the actor may read; all where `most` is None."""
    if work.access.portal:
        return []
    sent = _shown(work, record, most)
    reactions = reactions_to(work.connection, [each.id for each in sent]) if sent else {}
    addressed, open = shows_addresses(work), _open(work, sent)
    ours = [_ours(each, reactions.get(each.id, {}), each.id in open, addressed) for each in sent]
    quoted = len(open) == len(sent)
    return [*ours, *(_theirs(work, each, quoted) for each in received_about(work.connection, record, most))]


def shows_addresses(work: Work) -> bool:
    """Whether the actor may see whose address a mail goes to or comes from: whether no role hides any from them."""
    fields = (each for entity in work.model.entities.values() for each in entity.fields.values())
    return not any(each.kind == "email" and each.name in work.access.hidden(each.entity) for each in fields)


def sender(work: Work, found: Received) -> str:
    """The sender as the actor may call one; empty where only an address is known, which is kept back."""
    if shows_addresses(work):
        return found.named
    return "" if "@" in found.sender_name else found.sender_name


def readable(work: Work, id: UUID) -> tuple[Received, str]:
    """A mail that came in, with the entity of its record by today's name. Raises Missing where the actor may not read
    that."""
    found = find_received(work.connection, id)
    entity = work.release.tables.named(found.entity) if found is not None and found.entity else None
    if found is None or entity is None or found.record is None or work.access.portal:
        raise Missing("mail", id)
    get(work, entity, found.record)
    sent = _shown(work, found.record, MOST)
    return found if len(_open(work, sent)) == len(sent) else replace(found, whole=found.text), entity


def merge(work: Work, entity: str, given_up: UUID, stays: UUID, values: Mapping[str, Any] | None = None) -> None:
    """Merges two records with the mails about them and the forms sent; the way for everybody who merges.

    Raises what `records.merge` does.
    """
    merge_records(work, entity, given_up, stays, values)
    lead_over(work, (entity, given_up), (entity, stays))


def lead_over(work: Work, old: tuple[str, UUID], new: tuple[str, UUID]) -> None:
    """Lets the mails about one record be about another, so that what is answered to them goes there; forms too."""
    there = {"entity": work.release.tables.code(new[0]), "record": new[1]}
    for table in (message, mail, entry):
        work.connection.execute(table.update().where(table.c.record == old[1]).values(there))


def _shown(work: Work, record: UUID, most: int | None) -> list[Letter]:
    return [each for each in letters(work.connection, record=record, limit=most) if (each.details or {}).get("shown")]


def _open(work: Work, sent: Sequence[Letter]) -> set[UUID]:
    """Those whose text the actor may read: what people wrote, and what tells nothing that is closed to them."""
    by_rules = [each for each in sent if not (each.details or {}).get("by_hand")]
    known = may_know(work, [(each.details or {}).get("tells") for each in by_rules])
    closed = {each.id for each, open in zip(by_rules, known, strict=True) if not open}
    return {each.id for each in sent} - closed


def _ours(letter: Letter, reactions: Mapping[str, datetime], told: bool, addressed: bool) -> Post:
    subject, text = (letter.subject, "" if letter.is_private else letter.body) if told else ("", "")
    who = letter.recipient if addressed else ""
    files = [each for each in (letter.details or {}).get("enclosed") or () if told and each.get("name")]
    more = {"files": files, "status": letter.status, "reactions": reactions}
    return Post(letter.id, letter.at, True, who, subject, text, **more)


def _theirs(work: Work, found: Received, quoted: bool) -> Post:
    who, whole = sender(work, found), found.whole if quoted and found.whole.strip() != found.text.strip() else ""
    return Post(found.id, found.at, False, who, found.subject, found.text, whole, found.files, found.automatic)
