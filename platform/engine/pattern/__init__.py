"""Text patterns: the part of regular expressions that any text can be matched with in linear time.

`. [a-z] [^0-9] \\d \\w \\s ^ $ (a|b) * + ? {2,5}`; no back references, no looking around. `\\d \\w \\s` are the
ASCII ones, `.` is all but a line end, `^` and `$` are the ends of the whole text. Python and SQLite walk the
automaton made here; PostgreSQL gets the same pattern written in its own syntax.
"""

from customary.engine.pattern.error import PatternError
from customary.engine.pattern.pattern import MAX_LENGTH, Pattern, pattern

__all__ = ["MAX_LENGTH", "Pattern", "PatternError", "pattern"]
