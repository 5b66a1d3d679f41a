"""A text that is sent to people: by language, with holes over a record."""

from __future__ import annotations

from customary.engine.definitions.shapes import LABEL, TEXT, WAS, mapping, one_of

SHAPE = mapping(
    "a message",
    {
        "label": LABEL,
        "help": LABEL,
        "about": TEXT,
        "channel": one_of(("email",), "channel", ("sms",)),
        "subject": LABEL,
        "body": LABEL,
        "was": WAS,
    },
    required=("body",),
    later=("attachments",),
)
