"""The shapes of what goes outside and comes from there: calls of other systems, and what they say as JSON."""

from __future__ import annotations

from customary.engine.definitions.shapes import (
    ANYTHING,
    CONDITION,
    LABEL,
    NAME,
    NAMES,
    TEXT,
    YES_NO,
    mapping,
    named,
    one_of,
    told,
)

SENDERS = ("github", "shopify", "slack", "stripe")
"""Systems whose way to sign calls is known by name."""
KINDS = ("text", "integer", "decimal", "boolean", "date", "datetime", "json")
"""The kinds of value in JSON that comes from outside."""

KIND = one_of(KINDS, "kind of value")
PAYLOAD = named(
    {
        "anyOf": [
            KIND,
            mapping(
                "a value",
                {
                    "kind": told(KIND, "what it is"),
                    "required": told(YES_NO, "true: without it nothing is taken"),
                },
                required=("kind",),
            ),
        ],
        "x-what": "a kind, such as text",
    },
    "values by name: {id: text, hours: decimal}",
)

SECRET_NAME = {**NAME, "x-what": "the name of a secret"}
HEADERS = {
    "type": "object",
    "propertyNames": {"pattern": "^[A-Za-z0-9-]{1,64}$", "x-what": "the name of a header"},
    "additionalProperties": {
        "anyOf": [
            TEXT,
            mapping(
                "a header",
                {
                    "secret": told(SECRET_NAME, "the name of a secret, which is filled in when the call is made"),
                    "before": told(TEXT, "what stands before it, such as “Bearer ”"),
                },
                required=("secret",),
            ),
        ],
        "x-what": "a text, or {secret: name}",
    },
    "x-what": "headers and their values",
}
SECONDS = {"type": "integer", "minimum": 1, "maximum": 30, "x-what": "a number of seconds up to 30"}

CALL_WEBHOOK = mapping(
    "call_webhook",
    {
        "url": told(TEXT, "the web address; what its holes give is escaped"),
        "method": told(one_of(("get", "post", "put", "patch", "delete"), "method"), "post where it is left out"),
        "headers": told(HEADERS, "headers beside our own; `{secret: name}` for what nobody may see"),
        "body": told(ANYTHING, "what is sent as JSON: values, texts with holes and expressions after ="),
        "sign": told(SECRET_NAME, "the secret that signs it, in the header Customary-Signature"),
        "timeout_seconds": told(SECONDS, "how long the call may take: 10 where it is left out, 30 at most"),
        "returns": told(PAYLOAD, "what of the answer later steps use, by name, with its kind"),
    },
    required=("url",),
)

CREATE_DOCUMENT = mapping(
    "create_document",
    {
        "document": told({**TEXT, "x-of": "document"}, "the document that is made"),
        "into": told({**TEXT, "x-of": "field"}, "the field of the record that takes it: a file, or files"),
        "language": told(TEXT, "its language, such as =account.language; that of the record where it is left out"),
    },
    required=("document", "into"),
)

SEND_SMS = mapping(
    "send_sms",
    {
        "to": told(
            TEXT, "a telephone number in its international form, or a record that has one: =account.phone, =account"
        ),
        "message": told({**TEXT, "x-of": "message"}, "the message whose text it is"),
        "text": told(LABEL, "its text, where it is no message"),
    },
    required=("to",),
)

SEND = mapping(
    "send",
    {
        "to": told(TEXT, "whom it goes to: a record with an address and a number, such as =contact, or one of these"),
        "message": told(
            {"anyOf": [TEXT, NAMES], "x-of": "message", "x-what": "a message, or a list: [reminder_sms, reminder]"},
            "the message, which says its channel; of several the first by which the receiver can be reached",
        ),
    },
    required=("to", "message"),
)

ASK_SURVEY = mapping(
    "ask_survey",
    {
        "survey": told({**TEXT, "x-of": "survey"}, "the survey"),
        "to": told({"anyOf": [TEXT, NAMES]}, "who is asked: an address, a record that has one, or a list of them"),
        "message": told(
            {**TEXT, "x-of": "message"}, "the mail above the link; the survey's heading and help without it"
        ),
        "from": told(TEXT, "who it comes from: one of the senders that customary.yaml lists, or =owner.email"),
    },
    required=("survey", "to"),
)

HEADER = {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$", "x-what": "the name of a header"}
OVER = {
    "type": "string",
    "pattern": r"^[^{}]*(\{time\}[^{}]*)?\{body\}[^{}]*(\{time\}[^{}]*)?$",
    "x-what": "a text with {body}, as 'v0:{time}:{body}'",
}
SIGNED = {
    "anyOf": [
        one_of(tuple(SENDERS), "sender"),
        mapping(
            "signed",
            {
                "header": told(HEADER, "the header with the signature, such as X-Signature"),
                "prefix": told(TEXT, "what stands before the signature, such as “sha256=”"),
                "encoding": told(one_of(("hex", "base64"), "encoding"), "how it is written: hex where it is left out"),
                "time": told(HEADER, "the header with the time, in seconds since 1970, where that is signed too"),
                "listed": told(YES_NO, "true: the header holds both: t=1767225600,v1=…"),
                "over": told(OVER, "what is signed: the body alone, or “{time}.{body}” where there is a time"),
            },
            required=("header",),
        ),
    ],
    "x-what": f"{', '.join(SENDERS)}, or {{header: X-Signature, prefix: sha256=}}",
}
WEBHOOK = mapping(
    "webhook",
    {
        "name": told(NAME, "the end of its address, /hooks/NAME, and the secret that calls are signed with"),
        "signed": told(SIGNED, "how calls are signed; without it as Customary signs its own"),
        "payload": told(PAYLOAD, "what of the call the workflow uses, by name, with its kind"),
        "find": told(
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": CONDITION,
                "x-what": "an entity and a condition: {invoice: number == payload.number}",
            },
            "the record that the workflow is about: an entity, and the condition that it alone fulfils",
        ),
    },
    required=("name",),
)
