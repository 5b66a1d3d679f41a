"""When a business works: the hours of each weekday, and the days on which it is closed.

Of two entries that speak of the same weekday the later one holds: `{mon-fri: [9:00-17:00], fri: [9:00-13:00]}`.
`business_days`, `working_time` and spans such as `2 business days` and `4 working hours` count by it. Where a
workspace has several, `calendar` in `customary.yaml` says which one holds where none is named.
"""

from __future__ import annotations

from customary.engine.definitions.shapes import DATE, LABEL, WAS, list_of, mapping, told

_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
SPAN = {
    "type": "string",
    "pattern": r"^([01]?\d|2[0-4]):[0-5]\d ?- ?([01]?\d|2[0-4]):[0-5]\d$",
    "x-what": "a span of hours, such as 9:00-17:00",
}
HOURS = {
    "type": "object",
    "propertyNames": {"pattern": f"^{_DAY}(-{_DAY})?$", "x-what": "a weekday or several, such as sat or mon-fri"},
    "additionalProperties": list_of(SPAN, "a list of spans: [9:00-13:00, 14:00-17:00]"),
    "minProperties": 1,
    "x-what": "hours by weekday: {mon-fri: [9:00-17:00]}",
}

SHAPE = mapping(
    "a calendar",
    {
        "label": told(LABEL, "what people call it"),
        "help": told(LABEL, "a sentence that explains it"),
        "hours": told(HOURS, "when somebody works, by the workspace's clock"),
        "holidays": told(list_of(DATE, "a list of days: [2026-12-25]"), "the days on which nobody does"),
        "was": told(WAS, "its old name"),
    },
    required=("hours",),
)
