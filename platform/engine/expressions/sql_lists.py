"""What is asked of a list in SQL: EXISTS and scalar sub-selects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.columns import Code, CodePointText, has
from customary.engine.expressions import meaning, sql_arithmetic
from customary.engine.expressions import sql_elements as elements
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.scope import Rows
from customary.engine.expressions.sql_items import Items, at_hand, held, items_of, select
from customary.engine.expressions.sql_leaves import named, plain_clause
from customary.engine.expressions.sql_operands import Amount, Number, Operand
from customary.engine.expressions.types import BOOLEAN, DATE, MONEY, NULL, NUMBER, TEXT, Choice, ListOf, Record

if TYPE_CHECKING:
    from customary.engine.expressions.to_sql import Writer

_LISTED = (NUMBER, TEXT, DATE, BOOLEAN)
"""Of other types equal values may be written in several ways."""


def fold(writer: Writer, node: meaning.Fold) -> Operand:
    """One value of a list."""
    if node.kind == "size" and _is_plain(node.list):
        return _size_of_plain(writer, node.list)
    found = _behind_link(writer, node.list, lambda rows: _folded(writer, node, rows))
    return _folded(writer, node, None) if found is None else _when_absent(node, found)


def _behind_link(writer: Writer, node: Node, read: Callable[[Rows], Operand]) -> Operand | None:
    """What is found of a list that a linked record has, NULL where there is none; None where no link leads to it."""
    origin = _origin(node)
    if isinstance(origin, meaning.Field) and not _is_plain(origin) and _is_behind_link(origin.on):
        return writer.reach(origin.on, read)
    return None


def contained(writer: Writer, node: meaning.Contained) -> sa.ColumnElement:
    """`item in list`; never unknown."""
    if isinstance(node.list, meaning.Field) and not isinstance(node.item.type, Record):
        column = writer.operand(node.list)
        item = writer.operand(node.item)
        codes = dict(getattr(column.type, "codes", ()))  # type: ignore[union-attr]
        if isinstance(item, sa.BindParameter):
            item = sa.literal(codes.get(item.value, item.value), sa.Text())
        return has(column, item)
    variable = meaning.Variable(node.offset, node.list.type.item, "item")  # type: ignore[attr-defined]
    test = meaning.Compare(node.offset, BOOLEAN, "==", variable, node.item)
    mapped = meaning.Map(node.offset, ListOf(item=BOOLEAN), node.list, variable, test)
    found = fold(writer, meaning.Fold(node.offset, BOOLEAN, "exists", mapped))
    return found  # type: ignore[return-value]


def same(writer: Writer, left: Node, right: Node) -> sa.ColumnElement:
    """Two lists of the same items in the same order; compared with null or `[]`, whether a list is empty."""
    lists = [side for side in (left, right) if isinstance(side.type, ListOf) and side.type.item != NULL]
    if not lists:
        return sa.true()
    if len(lists) == 2:
        one, other = (_all_of(writer, each) for each in lists)
        return one == other
    size = fold(writer, meaning.Fold(lists[0].offset, NUMBER, "size", lists[0]))
    return size.compare("==", Number.of(0))  # type: ignore[union-attr]


def _all_of(writer: Writer, node: Node) -> sa.ColumnElement:
    """All items of a list in one value."""
    found = _behind_link(writer, node, lambda rows: _listed(writer, node, rows))
    if found is None:
        return _listed(writer, node, None)
    return sa.func.coalesce(found, sa.literal_column("'[]'"))  # type: ignore[arg-type]


def _listed(writer: Writer, node: Node, owner: Rows | None) -> sa.ColumnElement:
    if not isinstance(node.type.item, Record | Choice) and node.type.item not in _LISTED:  # type: ignore[attr-defined]
        raise writer.unable(node)
    items = items_of(writer, node, owner)
    value = items.at_hand
    text = value.text() if isinstance(value, Number) else sa.cast(named(value), sa.Text())  # type: ignore[arg-type]
    found = select(items.rows, items.where, text.label("item")).order_by(items.rows.column("id"))
    return elements.listed(found.scalar_subquery())


def _origin(node: Node) -> Node:
    while isinstance(node, meaning.Filter | meaning.Map | meaning.Distinct):
        node = node.list
    return node


def _is_behind_link(node: Node) -> bool:
    return not isinstance(node, meaning.This | meaning.Old | meaning.Variable)


def _is_plain(node: Node) -> bool:
    """Whether a list is a column of its own: of options or tags."""
    return isinstance(node, meaning.Field) and not isinstance(node.type.item, Record)  # type: ignore[attr-defined]


def _size_of_plain(writer: Writer, node: Node) -> Operand:
    return Number(elements.list_size(writer.operand(node)), 0)


def _folded(writer: Writer, node: meaning.Fold, owner: Rows | None) -> Operand:
    if node.kind in ("exists", "all"):
        return _tested(writer, node, owner)
    items = items_of(writer, node.list, owner)
    if node.kind == "size":
        return Number(select(items.rows, items.where, sa.func.count()).scalar_subquery(), 0)
    if node.kind not in ("first", "last"):
        return _aggregated(writer, node.kind, held(items))
    key = items.rows.column("id")
    order = key.asc() if node.kind == "first" else key.desc()
    return sql_arithmetic.each_column(
        items.at_hand,
        lambda column: select(items.rows, items.where, column).order_by(order).limit(1).scalar_subquery(),
    )


def _aggregated(writer: Writer, kind: str, items: Items) -> Operand:
    """An aggregate over rows that hold their value: over the records themselves it would belong to the outer
    statement when the value asked for mentions only outer columns."""
    result = _aggregate(writer, kind, items.at_hand)
    return sql_arithmetic.each_column(result, lambda column: select(items.rows, [], column).scalar_subquery())


def _tested(writer: Writer, node: meaning.Fold, owner: Rows | None) -> sa.ColumnElement:
    """EXISTS; `all` is that none exists for which the condition does not hold."""
    mapped = node.list
    if not isinstance(mapped, meaning.Map):
        raise writer.unable(node)
    items = at_hand(writer, items_of(writer, mapped.list, owner), mapped.variable)
    if node.kind == "exists":
        return select(items.rows, [*items.where, writer.holds(mapped.value)], sa.literal_column("1")).exists()
    failing = sa.func.coalesce(writer.truth(mapped.value), sa.false()).is_(sa.false())
    return sa.not_(select(items.rows, [*items.where, failing], sa.literal_column("1")).exists())


def _aggregate(writer: Writer, kind: str, value: Operand) -> Operand:
    if isinstance(value, Amount):
        filled = sa.case((sa.not_(value.amount.is_null()), sa.func.nullif(value.currency, "")))
        agreed = sa.func.count(sa.distinct(filled)) <= 1
        worth = sa.case((sa.not_(value.amount.is_null()), value.base.exact))
        known = sa.func.count(worth) == sa.func.count(plain_clause(value.amount))
        amount, base = (_aggregate(writer, kind, each) for each in (value.amount, Number(worth)))
        base = Number(sa.case((known, base.exact)))  # type: ignore[union-attr]
        currency = sa.case((agreed, sa.func.coalesce(sa.func.max(filled), "")), else_=writer.values.currency)
        amount = Number(sa.case((agreed, amount.exact), else_=base.exact))  # type: ignore[union-attr]
        return Amount(amount, sa.type_coerce(currency, CodePointText()), base)
    if not isinstance(value, Number):
        value = named(value) if isinstance(value.type, Code) else value
        value = elements.by_code_point(value) if isinstance(value.type, CodePointText) else value
        return (sa.func.min if kind == "min" else sa.func.max)(value)
    if kind == "sum":
        return _sum(value)
    if kind == "avg":
        count = sa.func.count(value.exact if value.clause is None else value.clause)
        return _sum(value).divided(Number(sa.func.nullif(count, 0), 0))
    if value.scale is not None:
        return Number((sa.func.min if kind == "min" else sa.func.max)(value.clause), value.scale)
    return Number((elements.least if kind == "min" else elements.greatest)(value.exact))


def _sum(value: Number) -> Number:
    if value.scale is None:
        return Number(elements.total(value.exact))
    total = elements.total(sa.type_coerce(value.clause, sa.BigInteger()))
    return Number(elements.exact(total, elements.whole_literal(value.scale)))


def _when_absent(node: meaning.Fold, found: Operand) -> Operand:
    """What a list behind an absent link gives: that of an empty list."""
    if node.kind in ("exists", "all"):
        return sa.func.coalesce(found, sa.false() if node.kind == "exists" else sa.true())
    if node.kind == "size" or (node.kind == "sum" and node.type == NUMBER):
        return Number(sa.func.coalesce(found.exact, Number.of(0).exact, type_=elements.Exact()))  # type: ignore[union-attr]
    if node.kind == "sum" and node.type == MONEY:
        return sql_arithmetic.first_present([found], sql_arithmetic.of_no_currency(Number.of(0)))
    return found
