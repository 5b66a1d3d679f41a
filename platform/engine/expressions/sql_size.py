"""How large the clause of one expression may become."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from customary.engine.expressions import meaning
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.types import MONEY

MAX_WRITTEN = 2_000
MAX_NESTED = 10
"""How deep what needs many brackets may be nested: SQLite's parser takes about a hundred of them."""
_LEVELS_OF_DISTINCT = 3


class Size:
    """What has been written of an expression, and how deep the place is that is being written."""

    def __init__(self) -> None:
        self._written = 0
        self._nested = 0

    @contextmanager
    def with_one_more(self, node: Node) -> Iterator[None]:
        """What is written meanwhile stands inside of `node`. Raises ExpressionError where that is too much."""
        levels = _levels(node)
        self._written += 1
        self._nested += levels
        if self._written > MAX_WRITTEN or self._nested > MAX_NESTED:
            raise ExpressionError(node.offset, "this is too large for the database", "Split it into fields.")
        yield
        self._nested -= levels


def _levels(node: Node) -> int:
    """Amounts compare their currencies wherever they meet, and lists of them once more."""
    if isinstance(node, meaning.Distinct):
        return _LEVELS_OF_DISTINCT
    if node.type != MONEY:
        return 0
    if isinstance(node, meaning.Arithmetic):
        return int(node.left.type == node.right.type)
    return {meaning.Extreme: 1, meaning.Fold: 2}.get(type(node), 0)
