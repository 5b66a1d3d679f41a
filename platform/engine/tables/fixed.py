"""What conditions fix: the fields that have one value in all records of a view, or of a rule of a role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from customary.engine.expressions.parser import parse
from customary.engine.expressions.tree import Binary, Chain, Literal, Name, Tree, Unary

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
    for term in _terms(parse(where.text), "&&") if where is not None else ():
        if condition := _condition(made, term):
            conditions.append(condition[0])
        elif (name := _equal(made, term)) is not None:
            equal.append(name)
    return equal, conditions


def fixed_by_right(made: EntityTable, rule: Any) -> Iterator[tuple[str, ...]]:
    """The fields that a rule of a role fixes, once for each way to fulfil it: `owner == user || region == user.region`
    gives owner, and region. What leads over links begins in no index of this table."""
    if rule in ("own", "team"):
        yield (made.entity.owner_field,)
    elif not isinstance(rule, bool):
        yield from _ways(made, parse(rule.text))


def _ways(made: EntityTable, tree: Tree) -> Iterator[tuple[str, ...]]:
    for way in _terms(tree, "||"):
        terms = list(_terms(way, "&&"))
        equal = tuple(name for term in terms if (name := _equal(made, term)) not in (None, "id"))
        if equal:
            yield equal
        else:
            yield from (each for term in terms if len(list(_terms(term, "||"))) > 1 for each in _ways(made, term))


def _terms(tree: Tree, operator: str) -> Iterator[Tree]:
    if isinstance(tree, Chain) and tree.operator == operator:
        for each in tree.terms:
            yield from _terms(each, operator)
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
