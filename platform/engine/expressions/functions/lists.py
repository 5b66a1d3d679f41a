"""What can be asked of a list. The checker gives these their types."""

from __future__ import annotations

from customary.engine.expressions.functions.function import Macro

MACROS = {
    macro.name: macro
    for macro in (
        Macro("all", "all(entity) → list", "All records of an entity that the reader may see."),
        Macro("exists", "list.exists(x, condition) → boolean", "Whether the condition holds for some item."),
        Macro("filter", "list.filter(x, condition) → list", "The items for which the condition holds."),
        Macro("map", "list.map(x, value) → list", "A value for every item."),
        Macro("distinct", "list.distinct() → list", "The list without repeated and empty values."),
        Macro("size", "size(list) → number", "How many items a list has, or characters a text."),
        Macro("sum", "list.sum(x, value) → value", "The sum of the values; empty ones count nothing; 0 of none."),
        Macro("avg", "list.avg(x, value) → value", "The mean of the values that are not empty; null of none."),
        Macro("min", "list.min(x, value) → value", "The smallest value that is not empty; null of none."),
        Macro("max", "list.max(x, value) → value", "The greatest value that is not empty; null of none."),
        Macro("min(a, b)", "min(a, b, ...) → value", "The smallest of the values that are not empty."),
        Macro("max(a, b)", "max(a, b, ...) → value", "The greatest of the values that are not empty: max(amount, 0)."),
        Macro("first", "list.first() → item", "The item that was created first; null of none."),
        Macro("last", "list.last() → item", "The item that was created last; null of none."),
        Macro("coalesce", "coalesce(a, b, ...) → value", "The first of the values that is not null."),
        Macro("format", "format(value) → text", "Any value as plain text: 12.5, 2026-03-31, an option's name."),
        Macro("duration", 'duration("14d") → duration', "A span of time: 30s, 15min, 2h, 3d, 1w, or several: 1h30m."),
    )
}
