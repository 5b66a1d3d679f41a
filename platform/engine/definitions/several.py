"""The shapes of steps that reach beyond the record at hand: finding, copying, converting, merging, other workflows."""

from __future__ import annotations

from customary.engine.definitions.outside import PAYLOAD
from customary.engine.definitions.shapes import (
    CONDITION,
    NAMES,
    TEXT,
    VALUES,
    YES_NO,
    list_of,
    mapping,
    named,
    told,
)

ENTITY = {**TEXT, "x-of": "entity"}
_TEXTS = {"anyOf": [TEXT, NAMES], "x-what": "a text, or a list of them"}
_ONE_OR_MORE = {"anyOf": [TEXT, list_of(TEXT)], "x-what": "an expression, such as =owner, or a list of them"}

FIND = mapping(
    "find",
    {
        "entity": told(ENTITY, "whose records are looked for"),
        "where": told(CONDITION, "what must hold: bare names are theirs, `record` is the workflow's own record"),
        "sort": told(NAMES, "the fields in whose order they come; “-” before a name for descending"),
        "first": told(YES_NO, "true: the first of them alone, or nothing"),
    },
    required=("entity",),
)
UPSERT = mapping(
    "upsert",
    {
        "entity": told(ENTITY, "of what the record is"),
        "match": told(NAMES, "the fields among `set` by whose values it is known"),
        "set": told(VALUES, "the values that it has afterwards"),
    },
    required=("entity", "match", "set"),
)
COPY = {
    "anyOf": [
        mapping(
            "copy",
            {
                "record": told(TEXT, "another record than the workflow's own, such as =quote"),
                "set": told(VALUES, "what is otherwise in the copy"),
                "lines": told(YES_NO, "false: without the rows inside it"),
            },
        ),
        {"const": True},
    ],
    "x-what": "true, or {record: …, set: {…}}",
}
TAG = {
    "anyOf": [
        TEXT,
        NAMES,
        mapping(
            "tag",
            {
                "field": told({**TEXT, "x-of": "field"}, "the field of tags, where the entity has several"),
                "add": told(_TEXTS, "tags that it has afterwards"),
                "remove": told(_TEXTS, "tags that it has no more"),
            },
        ),
    ],
    "x-what": "a tag, a list of tags, or {add: …, remove: …}",
}
FOLLOW = mapping(
    "follow",
    {
        "user": told(_ONE_OR_MORE, "who is added"),
        "field": told({**TEXT, "x-of": "field"}, "the field of users, where the entity has several"),
    },
    required=("user",),
)
SHARE = mapping(
    "share",
    {
        "with": told(TEXT, "a user or a team, such as =owner"),
        "writing": told(YES_NO, "true: they may change it too"),
        "until": told(TEXT, "the last day: a duration from now, such as 30d, or a day after ="),
    },
    required=("with",),
)
CONVERT = mapping(
    "convert",
    {
        "into": told(
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": VALUES,
                "x-what": "entities and values: {account: {name: =company}}",
            },
            "what is made, in this order; each takes over fields of the same name and kind, and may name those before",
        ),
        "match": told(
            named(NAMES, "fields by entity: {account: [name]}"), "by whose values one that is there is taken instead"
        ),
        "set": told(VALUES, "what the record itself has afterwards; what was made is known by its entity"),
        "timeline": told(ENTITY, "the one of `into` to which goes what lies on the record's timeline"),
    },
    required=("into",),
)
MERGE = mapping(
    "merge",
    {
        "record": told(TEXT, "the record that is given up, such as =twin"),
        "into": told(TEXT, "the record that stays; without it the workflow's own"),
        "set": told(VALUES, "values that it has afterwards, beside those that only the other one had"),
    },
    required=("record",),
)
RUN = mapping(
    "run",
    {
        "workflow": told({**TEXT, "x-of": "workflow"}, "its name; it must have the trigger `called`"),
        "record": told(TEXT, "the record that it is about, where that is not the one at hand"),
        "inputs": told(VALUES, "what it is told, by the names that it declares"),
    },
    required=("workflow",),
)
CALLED = {
    "anyOf": [
        mapping(
            "called",
            {
                "of": told(ENTITY, "the entity of the record that it is about"),
                "inputs": told(PAYLOAD, "what it is told: values by name, with their kinds, read as `payload`"),
            },
        ),
        {"const": True},
    ],
    "x-what": "{of: deal, inputs: {reason: text}}",
}
