"""A pack: a folder of definitions that workspaces can lie on."""

from __future__ import annotations

from customary.engine.definitions.navigation import NAVIGATION
from customary.engine.definitions.shapes import LABEL, NAMES, mapping, told

SHAPE = mapping(
    "a pack",
    {
        "version": {"type": ["string", "number"], "x-what": "a version, such as 0.1.0"},
        "label": told(LABEL, "what people call it"),
        "summary": told(LABEL, "what it is for, in a sentence"),
        "changes": {
            "type": "object",
            "propertyNames": {"pattern": "^[0-9A-Za-z.+_-]+$", "x-what": "a version, such as 0.2.0"},
            "additionalProperties": LABEL,
            "x-what": "versions and what they bring: {0.2.0: Deals have a region.}",
            "description": "what each version brings, in a sentence or two; an upgrade shows it",
        },
        "needs": told(NAMES, "the packs it lies on"),
        "navigation": told(NAVIGATION, "its groups in the rail"),
    },
)
