"""Text with holes: `Call {{ name }}`. Each hole is an expression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sqlalchemy as sa

from customary.engine.columns import CodePointText
from customary.engine.expressions import sql_elements
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.expression import Expression, Path, compile
from customary.engine.expressions.python_runtime import plain_text
from customary.engine.expressions.scope import Rows, Scope, Values
from customary.engine.expressions.tokens import MAX_LENGTH, next_token
from customary.engine.expressions.types import Names, Type

MAX_HOLES = 200

Format = Callable[[Any, Type], str]


@dataclass(frozen=True)
class Template:
    """Text and expressions in turn. An empty value leaves its hole empty."""

    text: str
    parts: tuple[str | Expression, ...]

    @property
    def literal(self) -> bool:
        """Whether it is plain text without holes."""
        return not self.holes

    @property
    def holes(self) -> tuple[Expression, ...]:
        return tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def paths(self) -> frozenset[Path]:
        """What the holes read, as in Expression."""
        return frozenset().union(*(hole.paths for hole in self.holes))

    def render(self, scope: Scope, format: Format | None = None) -> str:
        """The text with its holes filled: by `format(value, type)`, or else by plain text."""
        return "".join(part if isinstance(part, str) else _shown(part, scope, format) for part in self.parts)

    def clause(self, rows: Rows, values: Values) -> sa.ColumnElement:
        """The same text in SQL (plain, not formatted), never NULL."""
        pieces = [
            sa.literal(part, CodePointText()) if isinstance(part, str) else part.text_clause(rows, values)
            for part in self.parts
        ]
        return reduce(sql_elements.joined, pieces) if pieces else sa.literal("", CodePointText())


def template(text: str, names: Names) -> Template:
    """Compiles text with holes. Raises ExpressionError with the offset in `text`."""
    parts: list[str | Expression] = []
    start = 0
    while (opening := text.find("{{", start)) >= 0:
        closing = _closing(text, opening + 2)
        if opening > start:
            parts.append(text[start:opening])
        parts.append(_hole(text, opening + 2, closing, names))
        if len(parts) > 2 * MAX_HOLES:
            raise ExpressionError(opening, "a text has at most {most} holes", "Divide the text.", most=MAX_HOLES)
        start = closing + 2
    if start < len(text):
        parts.append(text[start:])
    return Template(text, tuple(parts))


def _shown(hole: Expression, scope: Scope, format: Format | None) -> str:
    value = hole.evaluate(scope)
    return format(value, hole.type) if format and value is not None else plain_text(value, scope.zone)


def _closing(text: str, start: int) -> int:
    """Where the hole that begins at `start` ends; quotes inside it may hold “}}”."""
    position = start
    while position < min(len(text), start + MAX_LENGTH):
        if text.startswith("}}", position):
            return position
        position = next_token(text, position).end
    raise ExpressionError(start - 2, "this hole has no end", "Close it with “}}”.")


def _hole(text: str, start: int, end: int, names: Names) -> Expression:
    try:
        return compile(text[start:end], names)
    except ExpressionError as error:
        raise error.after(start) from None
