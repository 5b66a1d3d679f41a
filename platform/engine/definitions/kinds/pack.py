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
        "needs": told(NAMES, "the packs it lies on"),
        "navigation": told(NAVIGATION, "its groups in the rail"),
    },
)
