"""What a view's condition fixes: the fields that have one value in all its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.expressions.parser import parse
from customary.engine.expressions.tree import Binary, Literal, Name, Tree, Unary

if TYPE_CHECKING:
    from customary.engine.expressions import Expression
    from customary.engine.tables.entity_table import EntityTable


def fixed(made: EntityTable, where: Expression | None) -> tuple[list[str], list[sa.ColumnElement]]:
    """The fields that an index of the view begins with, and the conditions it is limited to.

    `owner == user && open` gives owner, and that outcome is empty. Empty and true or false become conditions of
    the index: PostgreSQL does not see that rows with one empty column are in the order of the next.
    """
    equal: list[str] = []
    conditions: list[sa.ColumnElement] = []
    for term in _terms(parse(where.text)) if where is not None else ():
        if condition := _condition(made, term):
            conditions.append(condition[0])
        elif (name := _equal(made, term)) is not None:
            equal.append(name)
    return equal, conditions


def _terms(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, Binary) and tree.operator == "&&":
        yield from _terms(tree.left)
        yield from _terms(tree.right)
    else:
        yield tree


def _condition(made: EntityTable, term: Tree) -> tuple[sa.ColumnElement] | None:
    """In a tuple, because a clause has no truth of its own."""
    if isinstance(term, Name) and term.name == "open" and made.has("outcome"):
        return (made.column("outcome").is_(None),)
    if isinstance(term, Name) and made.has(term.name):
        return (made.column(term.name),)
    if isinstance(term, Unary) and term.operator == "!" and isinstance(term.operand, Name):
        return (made.column(term.operand.name) == sa.false(),) if made.has(term.operand.name) else None
    sides = _sides(term)
    if sides and isinstance(sides[1], Literal) and sides[1].value is None and made.has(sides[0].name):
        return (made.column(sides[0].name).is_(None),)
    return None


def _equal(made: EntityTable, term: Tree) -> str | None:
    sides = _sides(term)
    if sides and made.has(sides[0].name) and not (isinstance(sides[1], Name) and made.has(sides[1].name)):
        return sides[0].name
    return None


def _sides(term: Tree) -> tuple[Name, Tree] | None:
    """The field and what it equals, whichever is written first."""
    if not isinstance(term, Binary) or term.operator != "==":
        return None
    left, right = (term.right, term.left) if isinstance(term.left, Literal) else (term.left, term.right)
    return (left, right) if isinstance(left, Name) else None
