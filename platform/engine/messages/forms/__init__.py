"""Web forms: what strangers send, who they are to the writer, and what is made of it."""

from __future__ import annotations

from customary.engine.messages.forms.confirming import Asked, ask, asked_with, confirm
from customary.engine.messages.forms.entries import Figures, figures, newest
from customary.engine.messages.forms.stamps import Stamp, key, make_key, read_stamp, stamp
from customary.engine.messages.forms.taking import CONSENT, Sent, Taken, problems_of, take, work_of

__all__ = [
    "CONSENT",
    "Asked",
    "Figures",
    "Sent",
    "Stamp",
    "Taken",
    "ask",
    "asked_with",
    "confirm",
    "figures",
    "key",
    "make_key",
    "newest",
    "problems_of",
    "read_stamp",
    "stamp",
    "take",
    "work_of",
]
