"""The functions of the language, listed with types and help, so that the reference can be generated."""

from __future__ import annotations

from customary.engine.expressions.functions import numbers, text, time
from customary.engine.expressions.functions.function import Function, Macro, Registry
from customary.engine.expressions.functions.lists import MACROS

FUNCTIONS = Registry()
for _room in (numbers, text, time):
    _room.register(FUNCTIONS)

LATER = {
    "business_days": "Working days are not counted yet; subtract dates instead.",
    "working_time": "Working time is not counted yet; subtract datetimes instead.",
}
"""Words of the language that have no meaning yet, with what to do instead."""

__all__ = ["FUNCTIONS", "LATER", "MACROS", "Function", "Macro", "Registry"]
