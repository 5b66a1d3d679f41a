"""Examples that definitions give of themselves, which `customary test` tries out."""

from __future__ import annotations

from customary.engine.definitions.shapes import (
    CONDITION,
    DURATION,
    NAMES,
    TEXT,
    VALUES,
    YES_NO,
    list_of,
    mapping,
    named,
    told,
)

_THERE = told(
    {
        "type": "object",
        "additionalProperties": list_of(VALUES, "a list of records"),
        "x-what": "records by entity: {rate: [{currency: USD, value: 2}]}",
    },
    "other records that are there before",
)
_SHARED = {
    "there": _THERE,
    "as": told(TEXT, "the role of whoever does it; without one it may do everything", of="role"),
    "set": told(VALUES, "what is changed then, the stage included"),
    "gives": told(VALUES, "values that the record has in the end"),
    "fails": told(
        NAMES,
        "the fields at which it is refused, “record” for the record as a whole; without it, all is well",
        of="field",
    ),
    "holds": told(CONDITION, "what must be true of the record in the end"),
}

EXAMPLES = named(
    mapping(
        "an example",
        {
            "given": told(VALUES, "the record; where it links, the other record's values may stand, and are made too"),
            **_SHARED,
        },
        required=("given",),
    ),
    "examples: {late_is_refused: {given: {name: A}, fails: [account]}}",
)
"""Of an entity or a pipeline."""

FORM_EXAMPLES = named(
    mapping(
        "an example",
        {
            "given": told(VALUES, "what somebody fills in, all of them fields of the form"),
            **{key: _SHARED[key] for key in ("there", "gives", "fails", "holds")},
        },
        required=("given",),
    ),
    "examples: {a_stranger_writes: {given: {name: Ann}, gives: {source: website}}}",
)
"""Of a web form."""

_MADE = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": VALUES,
    "x-what": "an entity and values: {task: {title: Call}}",
}
_SENT = mapping("a mail", {"message": TEXT, "to": TEXT, "subject": TEXT})
_CALLED = mapping("a call", {"url": TEXT, "method": TEXT, "body": {}})
_NOTIFIED = mapping("a notification", {"user": {}, "text": TEXT})

_PRESSED = {"type": ["boolean", "object"], "x-what": "true, or values by name"}

RULE_EXAMPLES = named(
    mapping(
        "an example",
        {
            "given": told(
                {"type": "object", "minProperties": 1, "additionalProperties": VALUES, "x-what": "{lead: {name: Ann}}"},
                "the record that it is about, by its entity; left out where a workflow is about none",
            ),
            **_SHARED,
            "press": told(_PRESSED, "true: then its button is pressed; or what it asks for: {address: a@example.com}"),
            "after": told(DURATION, "how much time passes then: dates come near, waiting ends"),
            "starts": told(YES_NO, "false: the workflow does not start; else it starts and is done to its end"),
            "creates": told(list_of(_MADE, "a list: [{task: {title: Call}}]"), "all the records that it makes"),
            "sends": told(
                list_of(_SENT, "a list: [{message: welcome, to: a@example.com}]"),
                "all that it writes to people",
            ),
            "calls": told(list_of(_CALLED, "a list: [{url: 'https://example.com'}]"), "all the calls it makes"),
            "notifies": told(list_of(_NOTIFIED, "a list: [{text: Done}]"), "all that it tells users"),
        },
    ),
    "examples: {hot_lead_is_called: {given: {lead: {name: A}}, creates: [{task: {title: Call A}}]}}",
)
"""Of a workflow."""

ROLE_EXAMPLES = named(
    mapping(
        "an example",
        {
            "given": told(_MADE, "the record, by its entity; `=user` in it is who holds the role"),
            "user": told(VALUES, "values of who holds the role: {region: north}"),
            "there": _THERE,
            "may": told(NAMES, "acts that are allowed: read, create, update, delete, export, import"),
            "may_not": told(NAMES, "acts that are refused"),
            "hidden": told(NAMES, "fields that are not seen", of="field"),
            "read_only": told(NAMES, "fields that are seen but cannot be changed", of="field"),
        },
        required=("given",),
    ),
    "examples: {own_deals: {given: {deal: {name: A, owner: =user}}, may: [read, update], may_not: [delete]}}",
)
"""Of a role."""
