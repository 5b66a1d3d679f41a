"""Source → Definitions: the shape of each kind of definition."""

from __future__ import annotations

from customary.engine.definitions.define import define, kinds
from customary.engine.definitions.definitions import Definitions

__all__ = ["Definitions", "define", "kinds"]
