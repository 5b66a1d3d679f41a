"""Bytes → a mail: who wrote it, what it says and brings, and what it answers. All is read as far as it goes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parseaddr
from typing import TYPE_CHECKING

from customary.engine.messages.incoming.plain import text_of
from customary.engine.messages.incoming.quoted import written
from customary.engine.messages.incoming.report import Report, report_in

if TYPE_CHECKING:
    from imap_tools import MailMessage

LONGEST_TEXT = 500_000
LARGEST_FILE = 20_000_000
MOST_FILES = 50
MOST_REFERENCES = 50
_ID = re.compile(r"<[^<>\s]{1,400}>")
_SURROGATES = re.compile("[\x00\ud800-\udfff]")
_PROGRAMS = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce", "bounces")


class NoMail(ValueError):
    """Some bytes hold no mail."""


@dataclass(frozen=True)
class Attachment:
    """A file that a mail brings."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Parsed:
    """A mail as it was understood. `whole` holds all that it says, `text` what its sender wrote."""

    message_id: str
    references: tuple[str, ...]
    at: datetime | None
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    whole: str
    automatic: bool
    is_reply: bool = False
    """Whether a program wrote it as an answer, such as that somebody is away."""
    files: tuple[Attachment, ...] = ()
    left_out: int = 0
    """How many files were too large or too many."""
    report: Report | None = None


def parse(raw: bytes) -> Parsed:
    """The mail in some bytes. Raises NoMail where they hold none."""
    from imap_tools import MailMessage

    found = MailMessage.from_bytes(raw)
    message = found.obj
    if not message.keys():
        raise NoMail
    whole = _whole(found)
    name, address = parseaddr(_clean(_header(found.from_values.full if found.from_values else "")))
    kept, left_out = _files(found)
    return Parsed(
        message_id=_first_id(message.get("Message-ID")) or f"<{hashlib.sha256(raw).hexdigest()[:40]}@unnamed>",
        references=_references(message),
        at=_moment(found),
        sender=address[:320],
        sender_name=name[:200],
        recipients=_recipients(found),
        subject=" ".join(_clean(found.subject).split())[:500],
        text=written(whole),
        whole=whole,
        automatic=is_automatic(message, address),
        is_reply=_is_reply(message),
        files=kept,
        left_out=left_out,
        report=report_in(message),
    )


def is_automatic(message: Message, sender: str) -> bool:
    """Whether a program wrote it, or wants no answer of one (RFC 3834)."""
    told = {name.lower(): str(message.get(name, "")).strip().lower() for name in _TELLING}
    submitted = told["auto-submitted"].partition(";")[0].strip()
    return (
        submitted not in ("", "no")
        or told["precedence"] in ("bulk", "junk", "list", "auto_reply")
        or told["return-path"] == "<>"
        or told["x-auto-response-suppress"] not in ("", "none")
        or any(told[each] for each in ("x-autoreply", "x-autorespond", "list-id", "list-unsubscribe", "x-loop"))
        or message.get_content_type() == "multipart/report"
        or not sender
        or sender.partition("@")[0].lower() in _PROGRAMS
    )


def _is_reply(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted", "")).strip().lower()
    return submitted.startswith("auto-replied") or bool(message.get("X-Autoreply") or message.get("X-Autorespond"))


_TELLING = (
    "Auto-Submitted",
    "Precedence",
    "Return-Path",
    "X-Auto-Response-Suppress",
    "X-Autoreply",
    "X-Autorespond",
    "List-Id",
    "List-Unsubscribe",
    "X-Loop",
)


def _whole(found: MailMessage) -> str:
    text = _clean(found.text).strip()
    return (text or text_of(_clean(found.html)[: 4 * LONGEST_TEXT]))[:LONGEST_TEXT]


def _files(found: MailMessage) -> tuple[tuple[Attachment, ...], int]:
    brought = list(_brought(found))
    kept = [each for each in brought if len(each.data) <= LARGEST_FILE][:MOST_FILES]
    return tuple(kept), len(brought) - len(kept)


def _brought(found: MailMessage) -> Iterator[Attachment]:
    for each in found.attachments:
        if each.payload:
            yield Attachment(_clean(each.filename) or "file", each.payload)


def _references(message: Message) -> tuple[str, ...]:
    """What it answers, and what that answered: the nearest first."""
    answered = _ID.findall(_header(message.get("In-Reply-To")))
    before = _ID.findall(_header(message.get("References")))[::-1]
    return tuple(_clean(each) for each in dict.fromkeys([*answered, *before]))[:MOST_REFERENCES]


def _recipients(found: MailMessage) -> tuple[str, ...]:
    every = [*found.to_values, *found.cc_values]
    delivered = [str(each) for name in ("Delivered-To", "X-Original-To") for each in found.obj.get_all(name, [])]
    addresses = [parseaddr(_clean(each))[1] for each in [*(each.email for each in every), *delivered]]
    return tuple(dict.fromkeys(each[:320] for each in addresses if each))[:100]


def _moment(found: MailMessage) -> datetime | None:
    """When it says that it was written, unless that cannot be."""
    at = found.date
    if at is None or at.year < 1990:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _first_id(value: object) -> str | None:
    found = _ID.findall(_header(value))
    return _clean(found[0]) if found else None


def _header(value: object) -> str:
    return "" if value is None else str(value)


def _clean(text: str | None) -> str:
    """A text that any database keeps."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text or "").replace("\r\n", "\n")
