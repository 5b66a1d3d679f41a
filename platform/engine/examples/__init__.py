"""Examples: what definitions say of themselves, tried out by the one writer and the one engine of rules."""

from __future__ import annotations

from customary.engine.examples.difference import Difference
from customary.engine.examples.example import Example, examples
from customary.engine.examples.house import House
from customary.engine.examples.trial import try_out

__all__ = ["Difference", "Example", "House", "examples", "try_out"]
