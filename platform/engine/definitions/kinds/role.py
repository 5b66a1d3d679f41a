"""What a group of people may see and do."""

from __future__ import annotations

from customary.engine.definitions.shapes import LABEL, NAMES, WAS, YES_NO, list_of, mapping, one_of, told

ACT = {"type": ["string", "boolean"], "x-what": "all, team, own, none, or an expression after “=”"}

GRANT = mapping(
    "an entity's rights",
    {
        "read": told(ACT, "which records may be seen"),
        "create": told(ACT, "which may be made"),
        "update": told(ACT, "which may be changed; holds before and after the change"),
        "delete": told(ACT, "which may be deleted"),
        "export": told(ACT, "which may be exported"),
        "fields": {
            "type": "object",
            "additionalProperties": one_of(("hidden", "read_only"), "right to a field"),
            "x-what": "fields: {cost: hidden, price: read_only}",
        },
    },
    later=("deny",),
)

PAIR = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2, "x-what": "a pair: [from, to]"}
MOVES = mapping("a pipeline's rights", {"move": list_of(PAIR, "pairs of stages: [[open, done]]"), "reopen": YES_NO})

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
        "was": told(WAS, "its old name"),
    },
    later=("dashboards", "portal", "deny"),
)
