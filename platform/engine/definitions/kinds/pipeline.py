"""The stages of an entity's records, what they ask for, and the moves between them."""

from __future__ import annotations

from customary.engine.definitions.shapes import (
    CHOICE_OF_COLOUR,
    CONDITION,
    DURATION,
    LABEL,
    NAMES,
    TEXT,
    WAS,
    list_of,
    mapping,
    named,
    one_of,
)

TASK = mapping("a stage's task", {"title": TEXT, "due": TEXT, "owner": TEXT}, required=("title",))

STAGE = mapping(
    "a stage",
    {
        "label": LABEL,
        "help": LABEL,
        "probability": {"type": "integer", "minimum": 0, "maximum": 100, "x-what": "a whole number from 0 to 100"},
        "outcome": one_of(("won", "lost", "done"), "outcome"),
        "requires": NAMES,
        "guard": CONDITION,
        "guard_message": LABEL,
        "locks": {"anyOf": [NAMES, {"const": "all"}], "x-what": "a list of fields, or all"},
        "stale_after": DURATION,
        "colour": CHOICE_OF_COLOUR,
        "tasks": list_of(TASK, "a list of tasks: [{title: Call, due: 2d}]"),
        "was": WAS,
    },
    later=("approve",),
)

PAIR = {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2, "x-what": "a pair of stages: [from, to]"}

SHAPE = mapping(
    "a pipeline",
    {
        "label": LABEL,
        "help": LABEL,
        "entity": TEXT,
        "where": CONDITION,
        "stages": {**named(STAGE, "a mapping of stages: {new: {}, won: {outcome: won}}"), "minProperties": 1},
        "moves": {
            "anyOf": [one_of(("any", "forward", "next"), "way to move"), {"type": "array", "items": PAIR}],
            "x-what": "any, forward, next, or pairs of stages: [[new, won]]",
        },
        "was": WAS,
    },
    required=("entity", "stages"),
)
