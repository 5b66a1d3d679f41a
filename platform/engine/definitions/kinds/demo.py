"""Sample data, with dates relative to the day on which it is loaded.

`records` holds, by entity, records under keys of their own: `account: {acme: {name: Acme}}`. A link names another
sample record by its key (`account: acme`), a link to anything says the entity too (`about: account acme`), and
`=user` is whoever loads the data. Days are `today`, `-3d`, `+2w`, `-6months`, moments `-3d 10:30`. Two keys are not
fields: `created` says when the record came to be, and `stages` when it was moved on:
`stages: {propose: -20d, won: {at: -5d, closed_on: -5d}}`.
"""

from __future__ import annotations

from customary.engine.definitions.shapes import LABEL, list_of, mapping

RECORDS = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            {"type": "object", "additionalProperties": {"type": "object", "x-what": "fields and their values"}},
            list_of({"type": "object", "x-what": "fields and their values"}),
        ],
        "x-what": "records by a word that others may name them by, or a list of records",
    },
    "x-what": "records by entity: {account: {acme: {name: Acme}}}",
}

SHAPE = mapping("a demo", {"label": LABEL, "help": LABEL, "records": RECORDS}, required=("records",))
