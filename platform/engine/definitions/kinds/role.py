"""What a group of people may see and do."""

from __future__ import annotations

from customary.engine.definitions.example import ROLE_EXAMPLES
from customary.engine.definitions.shapes import CONDITION, LABEL, NAMES, WAS, YES_NO, list_of, mapping, one_of, told

ACT = {"type": ["string", "boolean"], "x-what": "all, team, own, none, or an expression after “=”"}

GRANT = mapping(
    "an entity's rights",
    {
        "read": told(ACT, "which records may be seen"),
        "create": told(ACT, "which may be made"),
        "update": told(ACT, "which may be changed; holds before and after the change"),
        "delete": told(ACT, "which may be deleted"),
        "export": told(ACT, "which may be exported"),
        "import": told(ACT, "which may be made by importing a file; without it, those that may be made"),
        "fields": {
            "type": "object",
            "additionalProperties": one_of(("hidden", "read_only", "on_create"), "right to a field"),
            "x-what": "fields: {cost: hidden, price: read_only, source: on_create}",
        },
        "deny": told(YES_NO, "takes away what stands here, whatever other roles grant"),
    },
)

PAIR = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2, "x-what": "a pair: [from, to]"}
MOVES = mapping("a pipeline's rights", {"move": list_of(PAIR, "pairs of stages: [[open, done]]"), "reopen": YES_NO})

SETTINGS = ("people", "roles", "rules", "messages", "webhooks", "audit", "releases", "views")
"""The parts of the settings that a role may open; what is not among them is for administrators alone."""

PORTAL = {
    "anyOf": [YES_NO, {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": CONDITION}],
    "x-what": "true, or whom they stand for: {contact: =user.contact}",
}

SHAPE = mapping(
    "a role",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "admin": told(YES_NO, "may do everything, settings included"),
        "entities": told(
            {"type": "object", "additionalProperties": GRANT, "x-what": "entities: {account: {read: all}}"},
            "rights by entity; '*' is for those not named",
        ),
        "pipelines": told(
            {"type": "object", "additionalProperties": MOVES, "x-what": "pipelines: {sales: {reopen: false}}"},
            "rights to move records and to reopen closed ones",
        ),
        "buttons": told({**NAMES, "x-of": "workflow"}, "workflows that they may start by their button"),
        "dashboards": told({**NAMES, "x-of": "dashboard"}, "dashboards that they may look at"),
        "settings": told(
            list_of(one_of(SETTINGS, "part of the settings"), "a list of parts: [people, audit]"),
            "parts of the settings that they may open, without being administrators: "
            "people (who signs in), roles (what roles say), rules (pausing, running again), messages (the outbox and "
            "mailboxes), webhooks (their secrets), audit (the log), releases (plans, which may change everything), "
            "views (lists for everyone)",
        ),
        "deny": told(YES_NO, "takes away all that it names, whatever other roles grant"),
        "portal": told(
            PORTAL,
            "for people from outside: the record that they stand for; `own` is that record and what links to it",
        ),
        "examples": told(ROLE_EXAMPLES, "what its holders may do with a record: `customary test` tries them out"),
        "was": told(WAS, "its old name"),
    },
)
