"""What a group of people may see and do."""

from __future__ import annotations

from customary.engine.definitions.shapes import LABEL, WAS, YES_NO, list_of, mapping, one_of

ACT = {"type": ["string", "boolean"], "x-what": "all, team, own, none, or an expression after “=”"}

GRANT = mapping(
    "an entity's rights",
    {
        "read": ACT,
        "create": ACT,
        "update": ACT,
        "delete": ACT,
        "export": ACT,
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
        "label": LABEL,
        "help": LABEL,
        "admin": YES_NO,
        "entities": {"type": "object", "additionalProperties": GRANT, "x-what": "entities: {deal: {read: all}}"},
        "pipelines": {"type": "object", "additionalProperties": MOVES, "x-what": "pipelines: {sales: {reopen: false}}"},
        "was": WAS,
    },
    later=("dashboards", "buttons", "portal", "deny"),
)
