"""Sample data, with dates relative to the day on which it is loaded."""

from __future__ import annotations

SHAPE = {"type": "object", "x-what": "records by entity", "x-noun": "a demo"}
