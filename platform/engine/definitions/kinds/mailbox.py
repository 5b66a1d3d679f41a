"""A mailbox that mail is read from: what kind of record its mails belong to. Its server stands in `customary.yaml`.

An answer goes to the record that the mail before was about. With `new:` every other mail makes a record, out of
`payload` (`subject`, `text`, `from`, `name`, `to`, `automatic`) and `sender`, the person who has this address; without
it, a mail goes to the sender's own record.
"""

from __future__ import annotations

from customary.engine.definitions.shapes import LABEL, TEXT, VALUES, WAS, mapping, told

SHAPE = mapping(
    "a mailbox",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "entity": told(TEXT, "the entity that its mails belong to", of="entity"),
        "new": told(VALUES, "the values of the record that a mail makes which belongs to none"),
        "was": told(WAS, "its old name"),
    },
    required=("entity",),
)
