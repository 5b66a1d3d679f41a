"""What one business says of its workspace as a whole, in `customary.yaml`."""

from __future__ import annotations

from customary.engine.definitions.mail import MAIL, MAILBOXES
from customary.engine.definitions.navigation import NAVIGATION
from customary.engine.definitions.outside import HEADERS
from customary.engine.definitions.shapes import DURATION, NAMES, TEXT, list_of, mapping, one_of, told
from customary.engine.definitions.sign_in import SIGN_IN

WEB = {"type": "string", "pattern": "^https?://.+", "x-what": "a web address"}
SMS = mapping(
    "sms",
    {
        "url": told(
            {"type": "string", "pattern": "^https?://.+", "x-what": "a web address"}, "where the gateway is called"
        ),
        "headers": told(HEADERS, "its headers; `{secret: name}` for what nobody may see"),
        "encoding": told(one_of(("json", "form"), "encoding"), "how the body is written: json where it is left out"),
        "body": told(
            {"type": "object", "x-what": "what the gateway is told: {to: =to, text: =text}"},
            "what it is told; `to`, `text` and `id` are those of the message",
        ),
    },
    required=("url", "body"),
)

LANGUAGE = {"type": "string", "pattern": "^[a-z]{2,3}([_-][A-Za-z]+)?$", "x-what": "a language, such as en"}

SHAPE = mapping(
    "a workspace",
    {
        "name": told(TEXT, "the name of the business"),
        "packs": told(NAMES, "the packs it lies on"),
        "languages": told(
            list_of(LANGUAGE, "a list of languages: [en, zh]"),
            "those that people may choose; the first is for all who have not",
        ),
        "currency": told(
            {"type": "string", "pattern": "^[A-Z]{3}$", "x-what": "a currency code, such as EUR"},
            "of amounts that name none, and of sums",
        ),
        "time_zone": told(TEXT, "of “today”, such as Europe/Athens"),
        "first_weekday": told(
            one_of(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "weekday"), "where a week begins"
        ),
        "calendar": told(TEXT, "the calendar that counts where none is named"),
        "purge_after": told(
            DURATION, "for how long `customary purge` leaves what was taken out: 90d where it is left out"
        ),
        "forget_audit_after": told(
            DURATION, "when lines of the audit log are removed: 2y; they stay for ever where it is left out"
        ),
        "calls_per_minute": told(
            {"type": "integer", "minimum": 1, "x-what": "a whole number from 1"},
            "how often one person may call, pages and API together: 12000 where it is left out",
        ),
        "database": told(TEXT, "its URL; a SQLite file in the folder where it is left out"),
        "mail": told(MAIL, "the server that sends mail"),
        "sms": told(SMS, "the gateway that sends text messages"),
        "mailboxes": told(MAILBOXES, "the servers of the mailboxes that mail is read from"),
        "allowed_addresses": told(
            list_of(
                {
                    "type": "string",
                    "pattern": r"^[A-Za-z0-9._-]+(:[0-9]{1,5})?$|^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$",
                    "x-what": "a host, a host with its port, or a network such as 10.0.0.0/8",
                },
                "a list of hosts and networks: [10.0.0.0/8, intranet.example.com]",
            ),
            "what calls of other systems may reach beside the open internet",
        ),
        "calls_only_to": told(
            list_of(
                {
                    "type": "string",
                    "pattern": r"^[A-Za-z0-9._-]+(:[0-9]{1,5})?$",
                    "x-what": "a host, or a host with its port",
                },
                "a list of hosts: [hooks.example.com, 'api.example.org:8443']",
            ),
            "the only hosts of the open internet that rules may call; any where it is left out",
        ),
        "navigation": told(NAVIGATION, "groups of the rail, laid over the packs'"),
        "files": told(
            TEXT, "where files are kept: a folder of the workspace (files), or an address like s3://bucket/crm"
        ),
        "map": told(
            {"type": "string", "pattern": "^(https?://.+)?$", "x-what": "a web address"},
            "the map that a location leads to, with {latitude} and {longitude} in its address; empty for none",
        ),
        "web_address": told(
            {"type": "string", "pattern": "^https?://[^/?#]+$", "x-what": "a web address: https://crm.example.com"},
            "where people reach the workspace; links in mails lead there",
        ),
        "sign_in": told(SIGN_IN, "how people come in"),
        "accent": told(TEXT, "the colour of buttons and links"),
    },
)
