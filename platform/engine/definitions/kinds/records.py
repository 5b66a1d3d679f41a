"""Reference data that belongs to the configuration, such as a list of regions."""

from __future__ import annotations

SHAPE = {"type": "object", "x-what": "records by entity", "x-noun": "records"}
