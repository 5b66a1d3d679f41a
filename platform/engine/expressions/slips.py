"""What spreadsheets and other languages call a function, and what to write instead."""

from __future__ import annotations

SLIPS = {
    **dict.fromkeys(("len", "length", "count", "char_length"), "Write size(x)."),
    **dict.fromkeys(("if", "iif", "when"), "Write condition ? a : b."),
    **dict.fromkeys(("isnull", "is_null", "isblank", "isempty", "is_empty", "empty"), "Write x == null."),
    **dict.fromkeys(("ifnull", "nvl", "isnull_or", "default"), "Write coalesce(a, b)."),
    **dict.fromkeys(("concat", "concatenate", "join"), "Write a + b."),
    **dict.fromkeys(("and", "or", "not"), "Write a && b, a || b, !a."),
    **dict.fromkeys(("average", "mean"), "Write list.avg(x, x.field)."),
    **dict.fromkeys(("networkdays", "workdays", "workday"), "Write business_days(from, to)."),
    **dict.fromkeys(("datediff", "dateadd", "date_diff", "date_add"), 'Write a - b, or a + duration("3d").'),
    **dict.fromkeys(("str", "string", "text", "to_text", "tostring"), "Write format(x)."),
    **dict.fromkeys(("ucase", "uppercase", "to_upper"), "Write upper(x)."),
    **dict.fromkeys(("lcase", "lowercase", "to_lower"), "Write lower(x)."),
}
