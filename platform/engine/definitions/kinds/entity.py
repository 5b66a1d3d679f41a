"""A kind of record: its fields, checks, views and form."""

from __future__ import annotations

from customary.engine.definitions.example import EXAMPLES
from customary.engine.definitions.shapes import (
    CONDITION,
    DURATION,
    LABEL,
    NAME,
    NAMES,
    TEXT,
    WAS,
    WHOLE,
    YES_NO,
    list_of,
    mapping,
    named,
    one_of,
    told,
)

FIELD_KEYS = {
    "type": told(TEXT, "which kind of field it is: see Field kinds"),
    "label": told(LABEL, "what people call it; made of the name where it is left out"),
    "help": told(LABEL, "a sentence that explains it in the form"),
    "required": told(CONDITION, "whether it must be filled in: true, or an expression that says when"),
    "unique": told(YES_NO, "no two records that are not archived have the same value"),
    "default": told({}, "what an empty field of a new record gets: a value, or an expression after “=”"),
    "visible": told(CONDITION, "when it is shown; hidden fields are emptied"),
    "read_only": told(CONDITION, "whether people may not change it: true, or an expression that says when"),
    "index": told(YES_NO, "makes filtering by it fast in large tables"),
    "search": told(YES_NO, "its text is found by the search"),
    "history": told(YES_NO, "false keeps its changes out of the history"),
    "personal": told(YES_NO, "it says something about a person (for access and erasure requests)"),
    "only": told({**NAMES, "minItems": 1}, "the roles that may see it, whatever the others say", of="role"),
    "was": told(WAS, "its old name, or a list of them: data and references move along"),
    "from": told(
        TEXT,
        "an expression that fills it once, when it is new or changes its type, over each record as it was before",
    ),
    "formula": told(CONDITION, "computes it from other fields; nobody enters it"),
    "rollup": told(CONDITION, "computes it from the records of a list, such as size(tasks.filter(t, !t.done))"),
    "lookup": told(
        TEXT, "shows a field of a linked record, such as account.tier; it takes the type of that field", of="field"
    ),
    "reveals": told(YES_NO, "true shows a computed field also to those who may not see all that it is computed from"),
    "after": told(TEXT, "the field it stands after, where a layer adds it", of="field"),
    "before": told(TEXT, "the field it stands before, where a layer adds it", of="field"),
}
"""What every field may say, whatever its kind."""

LATER_FIELD_KEYS = ("barcode",)

CHECK = mapping(
    "a check",
    {
        "check": told(CONDITION, "what must not be false"),
        "message": told(LABEL, "what is said when it is: it completes the label of the field"),
        "field": told(TEXT, "the field at which that is said", of="field"),
        "was": told(WAS, "its old name"),
    },
    required=("check",),
)

LIMIT = {
    "per": told(NAMES, "the fields in which records must agree to meet at all", of="field"),
    "where": told(CONDITION, "which records count; all that are not archived where it is left out"),
    "message": told(LABEL, "what is said when it is broken: it completes the label of the field"),
    "was": told(WAS, "its old name"),
}

NO_OVERLAP = mapping(
    "a rule of no overlap",
    {
        **LIMIT,
        "from": told(TEXT, "the date, datetime or time at which something begins", of="field"),
        "to": told(
            TEXT, "at which it ends; empty for never. The last day belongs to it, the last moment does not", of="field"
        ),
    },
    required=("from", "to"),
)

AT_MOST = mapping(
    "a rule of at most so many",
    {
        **LIMIT,
        "count": told(
            {"anyOf": [{**WHOLE, "minimum": 0}, TEXT], "x-what": "a whole number, or an expression after “=”"},
            "how many there may be: a number, or an expression such as =shift.places; empty for any number",
        ),
    },
    required=("count",),
)

VIEW = mapping(
    "a view",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "kind": told(
            one_of(("table", "board"), "kind of view", ("calendar", "timeline", "map", "tree", "gallery", "pivot")),
            "table, or board with a column for each stage",
        ),
        "columns": told(NAMES, "the fields that a table shows", of="field"),
        "where": told(CONDITION, "which records it shows"),
        "sort": told(NAMES, "by which fields; “-” before a name turns the order round", of="field"),
        "pipeline": told(TEXT, "whose stages a board shows", of="pipeline"),
        "card": told(NAMES, "the fields on a card of a board", of="field"),
        "sum": told(TEXT, "the field that is summed up in each column of a board", of="field"),
        "group": told(
            TEXT, "the choice field whose options are a board's columns, where it is not a pipeline", of="field"
        ),
        "was": told(WAS, "its old name"),
    },
    later=("date", "from", "to"),
)

SECTION = mapping(
    "a section",
    {
        "label": told(LABEL, "its heading"),
        "rows": list_of(
            {"anyOf": [NAMES, {"type": "string"}], "x-what": "a list of fields", "x-of": "field"}, "a list of rows"
        ),
        "tab": told(YES_NO, "true puts it behind a tab"),
        "was": told(WAS, "its old name"),
    },
    required=("rows",),
    later=("visible",),
)

RETAIN = mapping(
    "a retention",
    {
        "archive_after": told(DURATION, "how long after that date records are archived"),
        "erase_after": told(DURATION, "how long after that date what is personal in them is erased for good"),
        "from": told(TEXT, "the date that is counted from; else the last change of the record", of="field"),
        "where": told(CONDITION, "which records it concerns; all where it is left out"),
    },
)

SHAPE = mapping(
    "an entity",
    {
        "label": told(LABEL, "what people call one record"),
        "plural": told(LABEL, "what they call many"),
        "help": told(LABEL, "a sentence that explains it"),
        "icon": told(TEXT, "a Lucide icon's name"),
        "title": told(
            TEXT,
            "what stands for a record elsewhere: a field, or text with holes; else the first text field",
            of="field",
        ),
        "highlights": told(NAMES, "the fields at the top of the record page", of="field"),
        "fields": told(
            {
                "type": "object",
                "propertyNames": NAME,
                "maxProperties": 500,
                "x-what": "a mapping of fields: {name: {type: text}}",
            },
            "what is known about a record, in order",
        ),
        "checks": told(named(CHECK), "rules that no record may break"),
        "unique": told(
            named({"anyOf": [NAMES, {"type": "string"}], "x-what": "a list of fields", "x-of": "field"}),
            "fields whose values no two records have in common, by a name for the rule",
        ),
        "no_overlap": told(
            named(NO_OVERLAP), "records that may not be at the same time, such as two bookings of one room"
        ),
        "at_most": told(named(AT_MOST), "how many records there may be, such as the bookings of a shift"),
        "views": told(named(VIEW), "the ways to look at its records"),
        "layout": told(named(SECTION), "the sections of the form and the record page"),
        "plays": told(
            one_of(("none", "person", "organisation", "activity", "task", "user", "team", "rate"), "part to play"),
            "what pages take it for, such as the users who sign in or the tasks on the home page; rates convert money",
        ),
        "retain": told(RETAIN, "how long records are kept, where not for ever"),
        "history": told(YES_NO, "false keeps no history"),
        "examples": told(EXAMPLES, "what must come of which values: `customary test` tries them out"),
        "was": told(WAS, "its old name, or a list of them"),
    },
    later=("duplicates",),
)
