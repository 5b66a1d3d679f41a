"""A kind of record: its fields, checks, views and form."""

from __future__ import annotations

from customary.engine.definitions.shapes import (
    CONDITION,
    LABEL,
    NAME,
    NAMES,
    TEXT,
    WAS,
    YES_NO,
    list_of,
    mapping,
    named,
    one_of,
)

FIELD_KEYS = {
    "type": TEXT,
    "label": LABEL,
    "help": LABEL,
    "required": CONDITION,
    "unique": YES_NO,
    "default": {},
    "visible": CONDITION,
    "read_only": CONDITION,
    "index": YES_NO,
    "search": YES_NO,
    "history": YES_NO,
    "personal": YES_NO,
    "only": NAMES,
    "was": WAS,
    "formula": CONDITION,
    "after": TEXT,
    "before": TEXT,
}
"""What every field may say, whatever its kind."""

LATER_FIELD_KEYS = ("rollup", "lookup", "reveals", "through", "tree", "barcode")
LATER_FIELD_KINDS = (
    "address",
    "barcode",
    "color",
    "duration",
    "file",
    "files",
    "image",
    "json",
    "location",
    "markdown",
    "person_name",
    "rating",
    "secret",
    "signature",
    "team",
    "time",
    "users",
)

CHECK = mapping("a check", {"check": CONDITION, "message": LABEL, "field": TEXT}, required=("check",))

VIEW = mapping(
    "a view",
    {
        "label": LABEL,
        "help": LABEL,
        "kind": one_of(("table", "board"), "kind of view", ("calendar", "timeline", "map", "tree", "gallery", "pivot")),
        "columns": NAMES,
        "where": CONDITION,
        "sort": NAMES,
        "pipeline": TEXT,
        "card": NAMES,
        "sum": TEXT,
        "group": TEXT,
        "was": WAS,
    },
    later=("date", "from", "to"),
)

SECTION = mapping(
    "a section",
    {
        "label": LABEL,
        "rows": list_of({"anyOf": [NAMES, {"type": "string"}], "x-what": "a list of fields"}, "a list of rows"),
        "tab": YES_NO,
    },
    required=("rows",),
    later=("visible",),
)

SHAPE = mapping(
    "an entity",
    {
        "label": LABEL,
        "plural": LABEL,
        "help": LABEL,
        "icon": TEXT,
        "title": TEXT,
        "highlights": NAMES,
        "fields": {"type": "object", "propertyNames": NAME, "x-what": "a mapping of fields: {name: {type: text}}"},
        "checks": named(CHECK),
        "unique": named({"anyOf": [NAMES, {"type": "string"}], "x-what": "a list of fields"}),
        "views": named(VIEW),
        "layout": named(SECTION),
        "plays": one_of(("none", "person", "organisation", "activity", "task", "user", "team"), "part to play"),
        "history": YES_NO,
        "was": WAS,
    },
    later=("no_overlap", "at_most", "duplicates", "retain", "examples"),
)
