"""A compiled expression: evaluated in Python, or made into an SQL clause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from customary.engine.expressions import meaning, operators
from customary.engine.expressions.checker import check
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.parser import parse
from customary.engine.expressions.paths import Path, Rooted, all_nodes, counts_records, rooted_paths
from customary.engine.expressions.scope import Rows, Scope, Values
from customary.engine.expressions.to_python import to_python
from customary.engine.expressions.to_sql import to_sql, to_sql_text, to_sql_value
from customary.engine.expressions.types import BOOLEAN, Names, Type


@dataclass(frozen=True)
class Expression:
    """One checked expression. Equal texts of equal meaning are equal."""

    text: str
    node: Node = field(repr=False)
    paths: frozenset[Path] = field(repr=False)
    """What it reads of the record and beyond: `{("amount",), ("account", "tier")}`; through lists too."""
    beyond: frozenset[Rooted] = field(repr=False)
    """What it reads of all records of an entity: `{("visit", ()), ("visit", ("engineer",))}`."""
    counts: bool = field(repr=False)
    """Whether it asks a list of records."""
    reads_now: bool = field(repr=False)
    reads_old: bool = field(repr=False)
    reads_user: bool = field(repr=False)
    evaluate: Callable[[Scope], Any] = field(repr=False, compare=False)
    """Its value over a Scope; None is null or unknown. A record's value is its id, that of a list of
    records their ids; numbers are int or Decimal."""

    @property
    def type(self) -> Type:
        return self.node.type

    @property
    def says(self) -> str:
        """Its text, and what it takes from options: what it gives may change with either."""
        taken = (repr(each.values) for each in all_nodes(self.node) if isinstance(each, meaning.Said))
        return "\n".join((self.text, *taken))

    @property
    def reads_others(self) -> bool:
        """Whether it reads other records than the one at hand."""
        return self.counts or bool(self.beyond) or any(len(path) > 1 for path in self.paths)

    @property
    def offset(self) -> int:
        return self.node.offset

    def holds(self, scope: Scope) -> bool:
        """Whether a condition is true: neither false nor unknown."""
        return self.evaluate(scope) is True

    def clause(self, rows: Rows, values: Values) -> sa.ColumnElement:
        """The SQL clause. A condition's is true exactly where it holds, so it can stand in a WHERE (elsewhere it is
        false or NULL); any other's is its value, as `column` gives it.

        Raises ExpressionError where only Python can tell (data of a webhook, for example).
        """
        return to_sql(self.node, rows, values)

    def column(self, rows: Rows, values: Values, part: str = "") -> sa.ColumnElement:
        """The value in SQL, NULL where unknown, as a computed field's column: a record gives its id, money its
        amount or, as part "_currency", that. Raises ExpressionError as `clause` does.
        """
        return to_sql_value(self.node, rows, values, part)

    def text_clause(self, rows: Rows, values: Values) -> sa.ColumnElement:
        """Its value as plain text in SQL."""
        return to_sql_text(self.node, rows, values)


def compile(text: str, names: Names, expect: Type | None = None) -> Expression:
    """Compiles `text` where `names` hold; with `expect` its value must fit that type.

    >>> compile("amount > 10000", names).paths
    frozenset({("amount",)})

    Raises ExpressionError with the offset in `text`, whatever the text is.
    """
    node = check(parse(text), names)
    if expect is not None:
        node = operators.must_be_boolean(node) if expect == BOOLEAN else operators.fits(node, expect)
    nodes = tuple(all_nodes(node))
    paths = rooted_paths(nodes)
    return Expression(
        text=text,
        node=node,
        paths=frozenset(path for root, path in paths if not root and path),
        beyond=frozenset((root, path) for root, path in paths if root),
        counts=counts_records(nodes),
        reads_now=any(isinstance(each, meaning.Invoke) and each.function.name in ("now", "today") for each in nodes),
        reads_old=any(isinstance(each, meaning.Old) for each in nodes),
        reads_user=any(isinstance(each, meaning.Bound) and each.name == "user" for each in nodes),
        evaluate=to_python(node),
    )
