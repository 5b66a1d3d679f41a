"""The one rule of values: `=` begins an expression, holes make a template, all else is taken literally."""

from __future__ import annotations

from typing import Any

from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.expression import Expression, compile
from customary.engine.expressions.template import Template, template
from customary.engine.expressions.types import Names, Type


def value(data: Any, names: Names, expect: Type | None = None) -> Expression | Template | Any:
    """What a value in a definition means.

    >>> value("=now()", names), value("Call {{ name }}", names), value("new", names)
    (Expression("now()"), Template("Call {{ name }}"), "new")

    Raises ExpressionError with the offset in the whole text, the `=` included.
    """
    if not isinstance(data, str):
        return data
    if data.startswith("="):
        return _after_sign(data, names, expect)
    return template(data, names) if "{{" in data else data


def _after_sign(text: str, names: Names, expect: Type | None) -> Expression:
    try:
        return compile(text[1:], names, expect)
    except ExpressionError as error:
        raise error.after(1) from None
