"""The shapes of mail: the server that sends it, the mailboxes that it is read from, and what becomes of it."""

from __future__ import annotations

from customary.engine.definitions.shapes import DATE, NAME, TEXT, WHOLE, YES_NO, list_of, mapping, one_of, told

SECURITY = one_of(("none", "starttls", "tls"), "way to secure mail")

SENDER = {"type": "string", "pattern": "^[^@<> ]*@[^@<> ]+$", "x-what": "an address, or @ and a domain"}

MAIL = mapping(
    "mail",
    {
        "host": told(TEXT, "the mail server; without it mails stay in the outbox"),
        "port": told(WHOLE, "25, or by security 587 or 465"),
        "user": told(TEXT, "to sign in with"),
        "password": told(TEXT, "to sign in with"),
        "from": told(TEXT, "the sender's address"),
        "senders": told(
            {"type": "array", "items": SENDER, "x-what": "a list: [sales@example.com, '@example.com']"},
            "from which other addresses mail may come, or from all of a domain: @example.com",
        ),
        "security": told(SECURITY, "how the line is secured"),
        "per_minute": told(
            {"type": "integer", "minimum": 1, "x-what": "a whole number from 1"},
            "how many mails may go to one domain in a minute: 120 where it is left out",
        ),
        "tracking": told(YES_NO, "true: note who opened a mail and followed its links; needs web_address"),
    },
    required=("host",),
)

MAILBOX = mapping(
    "a mailbox",
    {
        "host": told(TEXT, "the IMAP server"),
        "port": told(WHOLE, "993, or without tls 143"),
        "user": told(
            TEXT, "to sign in with; the password stands in CUSTOMARY_MAILBOX_PASSWORD_ and the name in capitals"
        ),
        "security": told(SECURITY, "how the line is secured: tls where it is left out"),
        "folder": told(TEXT, "INBOX where it is left out"),
        "address": told(TEXT, "the address that people write to, and that answers come from"),
        "since": told(DATE, "from which day on mail is taken; without it what comes after the first look"),
        "token": told(
            one_of(("address", "subject"), "place of the token"),
            "where answers carry what tells their record, beside the headers: support+TOKEN@…, or the subject line",
        ),
    },
    required=("host", "user", "address"),
)
MAILBOXES = {
    "type": "object",
    "propertyNames": NAME,
    "additionalProperties": MAILBOX,
    "x-what": "servers by mailbox: {support: {host: …, user: …, address: …}}",
}

REACTIONS = ("opened", "clicked", "answered", "bounced")
MESSAGE = {
    "anyOf": [
        one_of(REACTIONS, "thing that becomes of a mail"),
        {
            **mapping("message", {each: told(TEXT, "the message", of="message") for each in REACTIONS}),
            "minProperties": 1,
            "maxProperties": 1,
        },
    ],
    "x-what": "opened, clicked, answered or bounced, and of which message: {bounced: welcome}",
}

ENCLOSED = {
    "anyOf": [TEXT, mapping("a document", {"document": {**TEXT, "x-of": "document"}}, required=("document",))],
    "x-what": "a field, an expression of a file, or {document: offer}",
}
ATTACH = {
    "anyOf": [*ENCLOSED["anyOf"], list_of(ENCLOSED)],
    "x-of": "field",
    "x-what": "a field with files, or a list: [contract, =account.terms, {document: offer}]",
}
