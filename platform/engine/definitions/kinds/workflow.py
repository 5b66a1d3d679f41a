"""A rule: when something happens to a record and a condition holds, do steps."""

from __future__ import annotations

from customary.engine.definitions.asking import ASK, INPUTS
from customary.engine.definitions.example import RULE_EXAMPLES
from customary.engine.definitions.mail import ATTACH, MESSAGE
from customary.engine.definitions.outside import ASK_SURVEY, CALL_WEBHOOK, CREATE_DOCUMENT, SEND, SEND_SMS, WEBHOOK
from customary.engine.definitions.several import CALLED, CONVERT, COPY, FIND, FOLLOW, MERGE, RUN, SHARE, TAG, UPSERT
from customary.engine.definitions.shapes import (
    CONDITION,
    DURATION,
    LABEL,
    NAME,
    NAMES,
    NUMBER,
    TEXT,
    VALUES,
    WAS,
    YES_NO,
    list_of,
    mapping,
    one_of,
    told,
)

ENTITY = {**TEXT, "x-of": "entity"}
STAGE = {**TEXT, "x-of": "stage path"}
FIELD_PATH = {**TEXT, "x-of": "field path"}
DURATIONS = {"anyOf": [DURATION, list_of(DURATION)], "x-what": "a duration, such as 30d, or a list of them"}
CROSSES = {
    **mapping(
        "crosses",
        {
            "field": told(FIELD_PATH, "the entity and its field, such as lead.score"),
            "above": told(NUMBER, "starts when the value was not above it, or empty, and is now"),
            "below": told(NUMBER, "starts when the value was not below it, or empty, and is now"),
        },
        required=("field",),
    ),
    "minProperties": 2,
    "maxProperties": 2,
}
RELATED = mapping(
    "related",
    {
        "of": told(ENTITY, "the entity that the workflow is about"),
        "changed": told({**TEXT, "x-of": "entity"}, "the entity whose rows link to it, or one of their fields"),
    },
    required=("of", "changed"),
)
DUE = mapping(
    "due",
    {
        "field": told(FIELD_PATH, "the entity and its day or moment, such as contract.ends_on"),
        "before": told(DURATIONS, "how long before it: once for each, and anew when the date moves"),
        "after": told(DURATIONS, "how long after it"),
        "every": told(one_of(("year",), "span"), "year: on its anniversaries"),
    },
    required=("field",),
)
IDLE = mapping(
    "idle",
    {
        "entity": told(ENTITY, "the entity that the workflow is about"),
        "after": told(DURATION, "how long nothing has changed, and nothing happened on its timeline"),
    },
    required=("entity", "after"),
)
BUTTON = {
    "button": told(ENTITY, "the entity on whose records it is, or beside whose list"),
    "ask": told(INPUTS, "what it asks for when it is pressed, written as fields; read as `payload`"),
    "on": told(
        one_of(("one", "many", "none"), "reach of a button"),
        "one: on the record; many: also for those chosen in the list; none: on the home page, about no record",
    ),
}
ABOUT_TRIGGERS = {
    "created": {"created": ENTITY},
    "updated": {"updated": ENTITY},
    "deleted": {"deleted": ENTITY},
    "archived": {"archived": ENTITY},
    "restored": {"restored": ENTITY},
    "changed": {"changed": {**TEXT, "x-of": "field path"}, "from": {}, "to": {}},
    "entered": {"entered": STAGE},
    "left": {"left": STAGE},
    "imported": {"imported": ENTITY},
    "button": BUTTON,
    "crosses": {"crosses": CROSSES},
    "related": {"related": RELATED},
    "due": {"due": DUE},
    "idle": {"idle": IDLE},
    "webhook": {"webhook": WEBHOOK},
    "email": {"email": told(TEXT, "the mailbox: for each mail that belongs to a record of its entity")},
    "message": {"message": MESSAGE},
    "web_form": {"web_form": told(TEXT, "the form: each time that somebody sends it", of="web_form")},
    "called": {"called": CALLED},
    "schedule": {"schedule": told(TEXT, "minute, hour, day, month and weekday as cron has them: 0 8 * * mon-fri")},
}
BEFORE = ("created", "updated", "changed", "entered", "left", "archived")
"""What a rule may be held before."""
BEFORE_SAVE = told(
    YES_NO, "true: before the save and within it; such a rule may only set fields, assign, choose and refuse"
)
TRIGGERS = {
    kind: mapping(
        f"the trigger “{kind}”",
        {**keys, **({"before": BEFORE_SAVE} if kind in BEFORE else {})},
        required=(kind,),
    )
    for kind, keys in ABOUT_TRIGGERS.items()
}
EVENTS = ("updated", "changed", "entered", "left", "archived", "restored", "crosses", "message")
"""Triggers that tell what happened to a record which is there already: what a run can wait for."""

ASSIGN = mapping(
    "assign",
    {
        "field": {**TEXT, "x-of": "field"},
        "among": {"anyOf": [TEXT, NAMES], "x-what": "a team (team inside_sales), a role (role sales_rep) or a list"},
        "by": one_of(("round_robin", "least_busy"), "way to assign"),
        "weight": told(CONDITION, "how much each of them can bear, such as =capacity: least_busy counts by that"),
        "least": told(CONDITION, "who has least of it gets the record, such as =size(visits): bare names are theirs"),
    },
    required=("among",),
)
CREATE = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": VALUES,
    "x-what": "an entity and its values: {task: {title: Call}}",
}
UPDATE = mapping("update", {"record": TEXT, "set": VALUES}, required=("record", "set"))
TASK = {
    "type": "object",
    "properties": {"title": TEXT, "due": TEXT, "owner": TEXT},
    "required": ["title"],
    "x-noun": "a task",
    "x-what": "{title: Call, due: 2d, owner: =owner}",
}
NOTIFY = mapping("notify", {"user": {}, "text": LABEL}, required=("user", "text"))
SEND_EMAIL = mapping(
    "send_email",
    {
        "to": told(
            {"anyOf": [TEXT, NAMES]}, "an address, a record that has one, or a list: =email, =account, a@b.example"
        ),
        "message": {**TEXT, "x-of": "message"},
        "subject": LABEL,
        "body": LABEL,
        "from": told(TEXT, "who it comes from: one of the senders that customary.yaml lists, or =owner.email"),
        "attach": told(ATTACH, "what goes with it: fields with files, expressions of files, documents"),
    },
    required=("to",),
)
WAIT = {
    **mapping(
        "wait",
        {
            "for": told(TEXT, "how long: 30min, 2d, 3 business days, or a duration after ="),
            "until": told({**CONDITION}, "a day or a moment, or a condition that a change of the record may fulfil"),
            "event": told({"type": "object"}, "what may happen to the record meanwhile, written as a trigger"),
        },
    ),
    "minProperties": 1,
}
FOR_EACH = mapping(
    "for_each",
    {
        "in": told(CONDITION, "a list of records"),
        "as": told(NAME, "what each of them is called inside"),
        "do": told({"type": "array", "minItems": 1, "x-what": "a list of steps"}, "what is done for each"),
    },
    required=("in", "as", "do"),
)
REFUSE = mapping(
    "refuse",
    {
        "message": told(LABEL, "what people are told; it completes the label of the field, or of the record"),
        "field": told({**TEXT, "x-of": "field"}, "the field that it is shown at"),
    },
    required=("message",),
)
STEPS = {
    "set": VALUES,
    "update": UPDATE,
    "create": CREATE,
    "task": TASK,
    "note": {"type": "string", "x-what": "text"},
    "assign": ASSIGN,
    "notify": NOTIFY,
    "send_email": SEND_EMAIL,
    "find": FIND,
    "upsert": UPSERT,
    "copy": COPY,
    "tag": TAG,
    "follow": FOLLOW,
    "share": SHARE,
    "convert": CONVERT,
    "merge": MERGE,
    "run": RUN,
    "call_webhook": CALL_WEBHOOK,
    "send_sms": SEND_SMS,
    "send": SEND,
    "create_document": CREATE_DOCUMENT,
    "delete": {"anyOf": [mapping("delete", {"record": TEXT}, required=("record",)), {"const": True}], "x-what": "true"},
    "move": {**TEXT, "x-what": "a stage"},
    "wait": {"anyOf": [TEXT, WAIT], "x-what": "how long, such as 2d, or {for: …, until: …, event: …}"},
    "ask": ASK,
    "ask_survey": ASK_SURVEY,
    "for_each": FOR_EACH,
    "choose": list_of({"type": "object"}, "a list of cases: [{case: …, do: […]}, {otherwise: […]}]"),
    "stop": {"type": ["string", "boolean", "null"], "x-what": "the reason, or true"},
    "refuse": {"anyOf": [TEXT, REFUSE], "x-what": "why the save is refused, or {message: …, field: …}"},
}
STEP_KEYS = {"as": TEXT, "if": CONDITION, "label": LABEL}
"""What every step may say beside what it does."""

COUNT = {"type": "integer", "minimum": 1, "x-what": "a whole number from 1"}
LIMITS = mapping(
    "limits",
    {
        "once": told(YES_NO, "true runs it once in the life of a record"),
        "running": told(COUNT, "how many runs for one record may be under way"),
        "per_hour": told(COUNT, "how many runs may begin in an hour, over all records"),
    },
)

SHAPE = mapping(
    "a workflow",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "when": told(
            {"type": ["object", "array"], "x-what": "a trigger, such as {created: account}, or a list of them"},
            "what starts it: one trigger, or a list",
        ),
        "where": told(CONDITION, "the condition that must hold then"),
        "run_as": told(
            one_of(("system", "actor"), "way to run"), "whose rights count: the system's (all), or those of who acted"
        ),
        "stop": told(CONDITION, "ends a run before its next step, or while it waits, as soon as it holds"),
        "limits": told(LIMITS, "how often it may run"),
        "do": told(
            {"type": "array", "minItems": 1, "x-what": "a list of steps"},
            "the steps, in order; a step that cannot be done undoes those before it",
        ),
        "examples": told(RULE_EXAMPLES, "what it does for which record: `customary test` tries them out"),
        "was": told(WAS, "its old name"),
    },
    required=("when", "do"),
)
