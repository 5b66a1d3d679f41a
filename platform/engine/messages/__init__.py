"""Messages: the outbox of mails and what sends it, and notifications for users."""

from __future__ import annotations

from customary.engine.messages.notifications import (
    Notification,
    find,
    mark_read,
    mark_unread,
    newest,
    notify,
    unread_count,
)
from customary.engine.messages.outbox import Letter, NoAddress, address, find_letter, letters, send_again, write
from customary.engine.messages.sender import send_due

__all__ = [
    "Letter",
    "NoAddress",
    "Notification",
    "address",
    "find",
    "find_letter",
    "letters",
    "mark_read",
    "mark_unread",
    "newest",
    "notify",
    "send_again",
    "send_due",
    "unread_count",
    "write",
]
