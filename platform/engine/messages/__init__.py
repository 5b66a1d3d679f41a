"""Messages: the outbox of what goes outside and what delivers it, and notifications for users."""

from __future__ import annotations

from customary.engine.messages.breaker import resting
from customary.engine.messages.channels import channels, house
from customary.engine.messages.deciding import tell_of_decision
from customary.engine.messages.document import put_document
from customary.engine.messages.envelope import House
from customary.engine.messages.mail import Mail, NoAddress, address, write
from customary.engine.messages.notifications import (
    Notification,
    find,
    mark_read,
    mark_unread,
    newest,
    notify,
    unread_count,
)
from customary.engine.messages.outbox import (
    Letter,
    counts,
    drop,
    find_letter,
    letters,
    put,
    send_again,
    send_all_again,
    written_by,
)
from customary.engine.messages.sender import send_due
from customary.engine.messages.sms import NoNumber, is_landline, put_sms
from customary.engine.messages.smtp import Lines
from customary.engine.messages.undelivered import NotNow, NotYet, Undeliverable
from customary.engine.messages.webhook import put_call

__all__ = [
    "House",
    "Letter",
    "Lines",
    "Mail",
    "NoAddress",
    "NoNumber",
    "NotNow",
    "NotYet",
    "Notification",
    "Undeliverable",
    "address",
    "channels",
    "counts",
    "drop",
    "find",
    "find_letter",
    "house",
    "is_landline",
    "letters",
    "mark_read",
    "mark_unread",
    "newest",
    "notify",
    "put",
    "put_call",
    "put_document",
    "put_sms",
    "resting",
    "send_again",
    "send_all_again",
    "send_due",
    "tell_of_decision",
    "unread_count",
    "write",
    "written_by",
]
