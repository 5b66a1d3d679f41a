"""The functions of the language, listed with types and help, so that the reference can be generated."""

from __future__ import annotations

from customary.engine.expressions.functions import numbers, text, time, working
from customary.engine.expressions.functions.function import Function, Macro, Registry
from customary.engine.expressions.functions.lists import MACROS

FUNCTIONS = Registry()
for _room in (numbers, text, time, working):
    _room.register(FUNCTIONS)

__all__ = ["FUNCTIONS", "MACROS", "Function", "Macro", "Registry"]
