"""The stages of an entity's records, what they ask for, and the moves between them."""

from __future__ import annotations

from customary.engine.definitions.asking import BY
from customary.engine.definitions.example import EXAMPLES
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
    told,
)

APPROVAL = mapping(
    "an approval",
    {
        "if": told(CONDITION, "when it is needed; always where it is left out"),
        "by": told(BY, "who must approve: a role (sales_manager), a team (team inside_sales), a user (=owner.manager)"),
        "of": told(NAMES, "fields approved beside those that `if` reads: when one changes, it lapses", of="field"),
    },
    required=("by",),
)
TASK = mapping("a stage's task", {"title": TEXT, "due": TEXT, "owner": TEXT}, required=("title",))

STAGE = mapping(
    "a stage",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "probability": told(
            {"type": "integer", "minimum": 0, "maximum": 100, "x-what": "a whole number from 0 to 100"},
            "how likely it is to be won from here, in percent",
        ),
        "outcome": told(one_of(("won", "lost", "done"), "outcome"), "how it ended, for a last stage"),
        "requires": told(NAMES, "the fields that must be filled in to enter", of="field"),
        "guard": told(CONDITION, "what must hold to enter"),
        "guard_message": told(LABEL, "what is said when it does not"),
        "approve": told(
            list_of(APPROVAL, "a list of approvals: [{if: discount > 20, by: sales_manager}]"),
            "who must have approved before a record enters",
        ),
        "locks": told(
            {"anyOf": [NAMES, {"const": "all"}], "x-what": "a list of fields, or all"},
            "the fields that cannot be changed while here",
            of="field",
        ),
        "stale_after": told(DURATION, "how long a record may rest here"),
        "colour": told(CHOICE_OF_COLOUR, "the colour of its column and badge"),
        "tasks": told(list_of(TASK, "a list of tasks: [{title: Call, due: 2d}]"), "tasks that are made on entering"),
        "was": told(WAS, "its old name"),
    },
)

PAIR = {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2, "x-what": "a pair of stages: [from, to]"}

SHAPE = mapping(
    "a pipeline",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "entity": told(TEXT, "whose records go through it", of="entity"),
        "where": told(
            CONDITION, "which of them do, where the entity has several pipelines; each record is in the first that fits"
        ),
        "stages": told(
            {
                **named(STAGE, "a mapping of stages: {new: {}, won: {outcome: won}}"),
                "minProperties": 1,
                "maxProperties": 100,
            },
            "its stages in order; new records begin in the first",
        ),
        "moves": {
            "anyOf": [one_of(("any", "forward", "next"), "way to move"), {"type": "array", "items": PAIR}],
            "x-what": "any, forward, next, or pairs of stages: [[new, won]]",
        },
        "examples": told(EXAMPLES, "which moves are allowed and which refused: `customary test` tries them out"),
        "was": told(WAS, "its old name"),
    },
    required=("entity", "stages"),
)
