"""A text that is sent to people: by language, with holes over a record."""

from __future__ import annotations

from customary.engine.definitions.mail import ATTACH
from customary.engine.definitions.shapes import LABEL, NAME, TEXT, WAS, mapping, one_of, told

SHAPE = mapping(
    "a message",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "about": told(TEXT, "the entity whose fields its holes may use", of="entity"),
        "channel": told(one_of(("email", "sms"), "channel"), "how it is sent"),
        "subject": told(LABEL, "the subject line"),
        "body": told(LABEL, "the text, in Markdown"),
        "unsubscribe": told(NAME, "the sort of mail that it is, such as news: its receivers may take leave of it"),
        "purpose": told(
            TEXT,
            "the consent that it needs, such as newsletter or contact.newsletter: it goes to nobody without, and who "
            "takes leave of it withdraws that",
            of="field path",
        ),
        "attachments": told(ATTACH, "what goes with it, each time: fields with files, expressions of files, documents"),
        "was": told(WAS, "its old name"),
    },
    required=("body",),
)
