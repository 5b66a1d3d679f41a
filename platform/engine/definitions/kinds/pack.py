"""A pack: a folder of definitions that workspaces can lie on."""

from __future__ import annotations

from customary.engine.definitions.navigation import NAVIGATION
from customary.engine.definitions.shapes import LABEL, NAMES, mapping

SHAPE = mapping(
    "a pack",
    {
        "version": {"type": ["string", "number"], "x-what": "a version, such as 0.1.0"},
        "label": LABEL,
        "summary": LABEL,
        "needs": NAMES,
        "navigation": NAVIGATION,
    },
)
