"""Reports that come back about mails of ours: what a delivery status notification says (RFC 3464)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True)
class Report:
    """That a mail of ours was not delivered: `original` is its Message-ID, `hard` that there is no such address."""

    original: str | None
    failed: bool
    hard: bool
    said: str


def report_in(message: Message) -> Report | None:
    """What a mail reports of another, or None when it is no report."""
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    blocks = [block for block in _blocks(message) if block.get("Action") or block.get("Final-Recipient")]
    if not blocks:
        return None
    failed = next((each for each in blocks if _word(each, "Action").lower() == "failed"), None)
    told = failed or blocks[0]
    status = _word(told, "Status")
    said = (_word(told, "Diagnostic-Code").partition(";")[2].strip() or status)[:500]
    return Report(_original(message), failed is not None, status.startswith(("5.1.", "5.0.0")), said)


def _blocks(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            yield from (each for each in part.get_payload() if isinstance(each, Message))


def _original(message: Message) -> str | None:
    """The Message-ID of the mail that came back, out of the copy of it or of its headers."""
    from email import message_from_string

    for part in message.walk():
        if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list):
            return next((_word(each, "Message-ID") or None for each in part.get_payload()), None)
        if part.get_content_type() == "text/rfc822-headers":
            return _word(message_from_string(str(part.get_payload())), "Message-ID") or None
    return None


def _word(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())
