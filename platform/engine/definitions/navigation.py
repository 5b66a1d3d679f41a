"""The groups of the rail and the entities under each."""

from __future__ import annotations

from customary.engine.definitions.shapes import LABEL, NAMES, TEXT, mapping, named

GROUP = mapping("a group", {"label": LABEL, "entities": {**NAMES, "x-of": "entity"}, "after": TEXT, "before": TEXT})
NAVIGATION = named(
    {
        "anyOf": [{**NAMES, "x-of": "entity"}, GROUP],
        "x-what": "a list of entities, or {label: Sales, entities: [account]}",
    },
    "groups: {sales: {label: Sales, entities: [account]}}",
)
