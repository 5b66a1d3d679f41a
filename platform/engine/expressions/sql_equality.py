"""Equality in SQL: never unknown, and plain enough for an index wherever it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from customary.engine.columns import Code
from customary.engine.expressions import meaning, sql_arithmetic, sql_elements, sql_lists
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.sql_leaves import grouped, named
from customary.engine.expressions.sql_operands import Amount, Number
from customary.engine.expressions.types import BOOLEAN, JSON, ListOf

if TYPE_CHECKING:
    from customary.engine.expressions.to_sql import Writer


def equal(writer: Writer, left: Node, right: Node, loose: bool = False) -> sa.ColumnElement:
    """Total equality. `loose` may give NULL for false, which leaves a plain `=` to the index."""
    if isinstance(left.type, ListOf) or isinstance(right.type, ListOf):
        return sql_lists.same(writer, left, right)
    for side, other in ((left, right), (right, left)):
        if isinstance(side, meaning.Constant) and side.value is None:
            return _is_null(writer, other)
    one, other = _pair(writer, left, right)
    if isinstance(one, Number | Amount):
        return sql_arithmetic.equal(one, other, loose)
    for side, against in ((one, other), (other, one)):
        if isinstance(side, sa.BindParameter):
            if side.value is None:
                return against.is_(None)
            return against == side if loose else against.is_not_distinct_from(side)
    return one.is_not_distinct_from(other)


def one_of(writer: Writer, item: Node, items: tuple[Node, ...]) -> sa.ColumnElement:
    """`item in [a, b]`; never unknown."""
    column = writer.operand(item)
    known = all(isinstance(each, meaning.Constant) and each.value is not None for each in items)
    if known and items and not isinstance(column, Number | Amount):
        kind = column.type if not isinstance(column, sa.BindParameter) else None
        inside = column.in_([sa.literal(each.value, kind) for each in items])  # type: ignore[attr-defined]
        return sa.and_(column.is_not(None), inside)
    return sa.or_(sa.false(), *(equal(writer, item, each) for each in items))


def _is_null(writer: Writer, node: Node) -> sa.ColumnElement:
    if isinstance(node, meaning.Field) and node.type == JSON:
        return writer.reach(node.on, lambda rows: rows.column(node.name)).is_(None)  # type: ignore[union-attr]
    operand = writer.operand(node)
    if isinstance(operand, Amount):
        operand = operand.amount
    if isinstance(operand, sa.BindParameter):
        return sa.true() if operand.value is None else sa.false()
    return operand.is_null() if isinstance(operand, Number) else sql_elements.absent(grouped(operand))


def _pair(writer: Writer, left: Node, right: Node) -> tuple[Any, Any]:
    """Two operands to compare; a known value is bound as the other side's column would be."""
    one, other = writer.operand(left), writer.operand(right)
    if isinstance(one, Number | Amount) or isinstance(other, Number | Amount):
        return (one, other) if isinstance(one, Number | Amount) else (other, one)
    if isinstance(one, sa.BindParameter) and not isinstance(other, sa.BindParameter):
        return sa.literal(one.value, other.type), other
    if isinstance(other, sa.BindParameter) and not isinstance(one, sa.BindParameter):
        return one, sa.literal(other.value, one.type)
    if left.type == BOOLEAN:
        return grouped(one), grouped(other)
    same_codes = isinstance(one.type, Code) and isinstance(other.type, Code) and one.type.codes == other.type.codes
    return (one, other) if same_codes else (named(one), named(other))
