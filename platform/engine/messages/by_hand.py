"""A mail that somebody writes about a record: to the addresses that they see there, from those that the house has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from typing import Any
from uuid import UUID

from customary.engine import files
from customary.engine.fields.field import Refusal
from customary.engine.fields.textual import clean
from customary.engine.messages import stops
from customary.engine.messages.channels import house
from customary.engine.messages.enclosed import TOO_LARGE, is_too_large, of_file
from customary.engine.messages.mail import NoAddress, address, write
from customary.engine.model.entity import Entity
from customary.engine.model.rules.senders import may_send
from customary.engine.records.reader.select import get
from customary.engine.records.record import Record
from customary.engine.records.refusal import FieldProblem, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.records.writer.attach import find_seen
from customary.engine.words import Reason

LONGEST, LONGEST_SUBJECT = 100_000, 300
"""Characters of a text and of its subject."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """An address that a mail may go to, whose it is, and the language to write in."""

    address: str
    title: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it was typed; `sender` is one of `senders`, by its key."""

    to: str
    sender: str
    subject: str
    text: str
    files: tuple[UUID, ...] = field(default=())


def reaches(work: Work, entity: str) -> bool:
    """Whether records of an entity may have an address that the actor sees, their own or that of whom they link to."""
    near = {entity, *_linked(work, entity).values()}
    return not work.access.portal and any(_with_addresses(work, each) for each in near)


def receivers(work: Work, entity: str, id: UUID) -> list[Receiver]:
    """The addresses of a record, and those of the people whom it links to, as far as the actor sees them.

    Raises Missing where they do not see the record, or come from outside.
    """
    if work.access.portal:
        raise Missing(entity, id)
    record, found = get(work, entity, id), dict[str, Receiver]()
    for each in _addresses(work, work.model.entities[entity], record):
        found.setdefault(each.address.casefold(), each)
    for other, end in _people(work, entity, record):
        for each in _addresses(work, work.model.entities[other], end):
            found.setdefault(each.address.casefold(), each)
    return list(found.values())


def senders(work: Work, entity: str) -> dict[str, str]:
    """From whom a mail may come, by key: first the mailbox whose mails belong to such records, so that answers come in
    where they are looked for; then the others, the house, and the actor where they are allowed."""
    settings, found = work.model.settings, dict[str, str]()
    name = parseaddr(house(settings).sender)[0] if settings.mail.get("host") else ""
    boxes = [each for each in work.model.mailboxes.values() if each.name in settings.mailboxes]
    for each in sorted(boxes, key=lambda box: box.entity != entity):
        found[f"mailbox {each.name}"] = formataddr((name, str(settings.mailboxes[each.name]["address"])))
    if settings.mail.get("host"):
        found["house"] = house(settings).sender
    if work.actor.email and may_send(settings, work.actor.email):
        found["me"] = formataddr((work.actor.name, work.actor.email))
    return found


def send(work: Work, entity: str, id: UUID, mail: Written) -> UUID:
    """Writes it into the outbox. Raises Refused with all that is wrong, and Missing."""
    known = {each.address: each for each in receivers(work, entity, id)}
    offered = senders(work, entity)
    brought = _files(work, mail.files)
    if problems := list(_problems(work, mail, known, offered, brought)):
        raise Refused(problems)
    files.claim(work.connection, work.release.tables.code(entity), id, [each.id for each in brought])
    details = {"markdown": mail.text, "shown": True, "by_hand": True, **_from(mail.sender, offered)}
    if brought:
        # What was sent for this mail alone is erased with it, whatever record the mail is about.
        details["enclosed"] = [{**of_file(each.attached), "own": each.record is None} for each in brought]
    language = known[mail.to].language or work.model.settings.languages[0]
    return write(work, mail.to, mail.subject, mail.text, language=language, details=details, about=(entity, id))


def _from(sender: str, offered: Mapping[str, str]) -> dict[str, Any]:
    kind, _, name = sender.partition(" ")
    return {"mailbox": name} if kind == "mailbox" else {"from": offered[sender]} if kind == "me" else {}


def _problems(
    work: Work,
    mail: Written,
    known: Mapping[str, Receiver],
    offered: Mapping[str, str],
    brought: Iterable[files.Kept],
) -> Iterator[FieldProblem]:
    if mail.to not in known:
        yield FieldProblem("to", Reason("is required"))
    elif why := _unreachable(work, mail.to):
        yield FieldProblem("to", why)
    if offered and mail.sender not in offered:
        yield FieldProblem("sender", Reason("is required"))
    for name, text, most in (("subject", mail.subject, LONGEST_SUBJECT), ("text", mail.text, LONGEST)):
        if why := _why_not(text, most):
            yield FieldProblem(name, why)
    if is_too_large(of_file(each.attached) for each in brought):
        yield FieldProblem("files", TOO_LARGE)


def _unreachable(work: Work, to: str) -> Reason | None:
    """Why no mail can go to an address. Fields keep some that mail servers do not know, such as `@house.local`."""
    try:
        return stops.why_not(work.connection, address(to), None)
    except NoAddress:
        return Reason("must be an e-mail address")


def _why_not(text: str, most: int) -> Reason | None:
    """Why a text cannot be sent."""
    try:
        return None if clean(text, lines=True, limit=most) else Reason("is required")
    except Refusal as refusal:
        return refusal.reason


def _files(work: Work, ids: Iterable[UUID]) -> list[files.Kept]:
    """Those that the actor sent or sees. Raises Missing for any other."""
    return [find_seen(work, each) for each in dict.fromkeys(ids)]


def _addresses(work: Work, entity: Entity, record: Record) -> Iterator[Receiver]:
    hidden = work.access.hidden(entity.name)
    spoken = record.values.get("language") if "language" not in hidden else None
    language = spoken if spoken in work.model.settings.languages else None
    for each in entity.fields.values():
        if each.kind == "email" and each.name not in hidden and (address := record.values.get(each.name)):
            yield Receiver(address, record.title, language)


def _people(work: Work, entity: str, record: Record) -> Iterator[tuple[str, Record]]:
    """The people and organisations that a record links to, as far as the actor sees them."""
    for name, to in _linked(work, entity).items():
        if (value := record.values.get(name)) is not None:
            try:
                yield to, get(work, to, value)
            except Missing:
                continue


def _linked(work: Work, entity: str) -> dict[str, str]:
    """The links that lead from an entity to people and organisations, each with the entity it leads to."""
    hidden, entities = work.access.hidden(entity), work.model.entities
    people = {each.name for each in entities.values() if each.plays in ("person", "organisation")}
    seen = [each for each in entities[entity].fields.values() if each.points == "one" and each.name not in hidden]
    return {each.name: each.to for each in seen if getattr(each, "to", None) in people}


def _with_addresses(work: Work, entity: str) -> bool:
    hidden = work.access.hidden(entity)
    fields = work.model.entities[entity].fields.values()
    return work.access.may(entity, "read") and any(each.kind == "email" and each.name not in hidden for each in fields)
