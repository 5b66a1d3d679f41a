"""The typed expression language: one text, the same answer in Python, SQLite and PostgreSQL."""

from __future__ import annotations

from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.expression import Expression, compile
from customary.engine.expressions.scope import Fields, Rows, Scope, Values
from customary.engine.expressions.template import Template, template
from customary.engine.expressions.types import Names, Type
from customary.engine.expressions.value import value

__all__ = [
    "Expression",
    "ExpressionError",
    "Fields",
    "Names",
    "Rows",
    "Scope",
    "Template",
    "Type",
    "Values",
    "compile",
    "template",
    "value",
]
