"""Mail that comes in: read, understood, filed to its record, and kept."""

from __future__ import annotations

from customary.engine.messages.incoming.collect import Mailbox, collect, mailboxes
from customary.engine.messages.incoming.received import Received, aside, find_received, received_about, try_again
from customary.engine.messages.incoming.taking import take_in

__all__ = [
    "Mailbox",
    "Received",
    "aside",
    "collect",
    "find_received",
    "mailboxes",
    "received_about",
    "take_in",
    "try_again",
]
