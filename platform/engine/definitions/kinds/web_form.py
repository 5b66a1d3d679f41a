"""A page for everybody, who sign in nowhere: what they fill in makes a record. Its address is `/forms/NAME`.

Nothing can be read there. Whoever sends it may write the fields that it asks for, and nothing else.
"""

from __future__ import annotations

from customary.engine.definitions.example import FORM_EXAMPLES
from customary.engine.definitions.kinds.workflow import CREATE
from customary.engine.definitions.shapes import (
    LABEL,
    NAMES,
    TEXT,
    VALUES,
    WAS,
    YES_NO,
    list_of,
    mapping,
    named,
    told,
)

AUTOCOMPLETE = {"type": "string", "pattern": "^[a-z0-9-]+( [a-z0-9-]+)*$", "x-what": "a word of HTML, such as name"}
FIELD = mapping(
    "a field of a form",
    {
        "label": told(LABEL, "what it is called on this form"),
        "help": told(LABEL, "a sentence that explains it on this form"),
        "required": told(YES_NO, "true: it must be filled in on this form"),
        "autocomplete": told(AUTOCOMPLETE, "what browsers may fill in: name, organization, postal-code, bday ..."),
        "hidden": told(YES_NO, "true: it is not shown; the address fills it in: /forms/NAME?source=fair"),
    },
)
ORIGIN = {
    "type": "string",
    "pattern": r"^https://[a-z0-9.-]+(:[0-9]{1,5})?$",
    "x-what": "the beginning of a web address, such as https://www.example.com",
}
THANKS = {
    "anyOf": [*LABEL["anyOf"], mapping("thanks", {"to": told(TEXT, "a page of yours, by https")}, required=("to",))],
    "x-what": "text, text by language, or {to: https://www.example.com/thanks}",
}

SHAPE = mapping(
    "a web form",
    {
        "label": told(LABEL, "its heading"),
        "help": told(LABEL, "what stands above it, in Markdown"),
        "entity": told(TEXT, "the entity that it makes a record of", of="entity"),
        "fields": told(
            {"anyOf": [NAMES, named(FIELD)], "x-of": "field", "x-what": "names, or fields: {email: {required: true}}"},
            "what it asks for, in this order",
        ),
        "values": told(VALUES, "what else the record gets: values, or expressions over `payload`"),
        "match": told(
            {"anyOf": [TEXT, NAMES], "x-of": "field", "x-what": "a field, or a list of fields"},
            "by which it knows a record that is there already, whose empty fields are then filled in",
        ),
        "overwrite": told(YES_NO, "true: of a record that is there, what is filled in too is replaced"),
        "consent": told(LABEL, "what must be agreed to, in Markdown; its wording and time are kept"),
        "thanks": told(THANKS, "what is said afterwards, in Markdown, or the page that is shown then"),
        "double_opt_in": told(YES_NO, "true: nothing is kept before a link in a mail to the sender was followed"),
        "creates": told(
            list_of(CREATE, "a list: [{activity: {subject: 'Wrote to us', about: =record}}]"),
            "what is made beside it, each time; expressions are over the record and `payload`",
        ),
        "embed": told(
            list_of(ORIGIN, "a list of addresses: [https://www.example.com]"),
            "the web sites that may show it within their own pages; nobody else may",
        ),
        "spam": told(YES_NO, "false: without the traps for programs, for forms within a house"),
        "examples": told(FORM_EXAMPLES, "what becomes of what is sent: `customary test` tries them out"),
        "was": told(WAS, "its old name"),
    },
    required=("entity", "fields"),
)
