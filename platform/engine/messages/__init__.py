"""Messages: the outbox of mails and what sends it, and notifications for users."""

from __future__ import annotations

from customary.engine.messages.notifications import Notification, mark_read, newest, notify, unread_count
from customary.engine.messages.outbox import Letter, NoAddress, address, letters, write
from customary.engine.messages.sender import send_due

__all__ = [
    "Letter",
    "NoAddress",
    "Notification",
    "address",
    "letters",
    "mark_read",
    "newest",
    "notify",
    "send_due",
    "unread_count",
    "write",
]
