"""Sample data, with dates relative to the day on which it is loaded."""

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
