"""Lists of records in SQL: EXISTS and scalar sub-selects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from customary.engine.columns import CodePointText, has
from customary.engine.columns import Names as NamesColumn
from customary.engine.expressions import meaning, sql_arithmetic
from customary.engine.expressions import sql_elements as elements
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.scope import Rows
from customary.engine.expressions.sql_leaves import plain_clause
from customary.engine.expressions.sql_operands import Amount, Number, Operand
from customary.engine.expressions.types import BOOLEAN, MONEY, NUMBER, ListOf, Record

if TYPE_CHECKING:
    from customary.engine.expressions.to_sql import Writer


@dataclass(frozen=True)
class Items:
    """The rows of a list, and the value asked of each (their id when it is None)."""

    rows: Rows
    where: list[sa.ColumnElement] = field(default_factory=list)
    value: Any = None
    distinct: bool = False


def select(rows: Rows, where: list[sa.ColumnElement], *columns: sa.ColumnElement) -> sa.Select:
    """A sub-select over `rows` that sees all rows around it."""
    return sa.select(*columns).select_from(rows.from_clause).where(*where).correlate_except(rows.from_clause)


def fold(writer: Writer, node: meaning.Fold) -> Operand:
    """One value of a list."""
    origin = _origin(node.list)
    if isinstance(origin, meaning.Field) and not isinstance(origin.type.item, Record):  # type: ignore[attr-defined]
        return _of_plain_list(writer, node)
    if isinstance(origin, meaning.Field) and _is_behind_link(origin.on):
        found = writer.reach(origin.on, lambda rows: _folded(writer, node, rows))
        return _when_absent(node, found)
    return _folded(writer, node, None)


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
    """A list compared with null: whether it is empty."""
    lists = [side for side in (left, right) if isinstance(side.type, ListOf)]
    if len(lists) == 2:
        raise writer.unable(right)
    size = fold(writer, meaning.Fold(lists[0].offset, NUMBER, "size", lists[0]))
    return size.compare("==", Number.of(0))  # type: ignore[union-attr]


def _origin(node: Node) -> Node:
    while isinstance(node, meaning.Filter | meaning.Map | meaning.Distinct):
        node = node.list
    return node


def _is_behind_link(node: Node) -> bool:
    return not isinstance(node, meaning.This | meaning.Old | meaning.Variable)


def _of_plain_list(writer: Writer, node: meaning.Fold) -> Operand:
    if node.kind != "size" or not isinstance(node.list, meaning.Field):
        raise writer.unable(node)
    column = writer.operand(node.list)
    if not isinstance(column.type, NamesColumn):  # type: ignore[union-attr]
        raise writer.unable(node)
    return Number(elements.list_size(column), 0)


def _items(writer: Writer, node: Node, owner: Rows | None) -> Items:
    match node:
        case meaning.Every(entity=entity):
            rows, condition = writer.rows.every(entity)
            return Items(rows, [condition])
        case meaning.Field(on=on, name=name):
            if owner is None:
                owner = writer.variables[on.name] if isinstance(on, meaning.Variable) else writer.rows  # type: ignore[assignment]
            rows, condition = owner.follow(name)  # type: ignore[union-attr]
            return Items(rows, [condition])
        case meaning.Filter(list=inner, variable=variable, condition=condition):
            items = _at_hand(writer, _items(writer, inner, owner), variable)
            return replace(items, where=[*items.where, writer.holds(condition)])
        case meaning.Map(list=inner, variable=variable, value=value):
            items = _at_hand(writer, _items(writer, inner, owner), variable)
            return replace(items, value=writer.truth(value) if value.type == BOOLEAN else writer.operand(value))
        case meaning.Distinct(list=inner):
            return replace(_items(writer, inner, owner), distinct=True)
    raise writer.unable(node)


def _at_hand(writer: Writer, items: Items, variable: meaning.Variable) -> Items:
    writer.variables[variable.name] = items.rows if items.value is None else items.value
    return items


def _folded(writer: Writer, node: meaning.Fold, owner: Rows | None) -> Operand:
    if node.kind in ("exists", "all"):
        return _tested(writer, node, owner)
    items = _items(writer, node.list, owner)
    key = items.rows.column("id")
    if node.kind in ("first", "last"):
        order = key.asc() if node.kind == "first" else key.desc()
        return sql_arithmetic.each_column(
            key if items.value is None else items.value,
            lambda column: select(items.rows, items.where, column).order_by(order).limit(1).scalar_subquery(),
        )
    if node.kind == "size" and not items.distinct:
        return Number(select(items.rows, items.where, sa.func.count()).scalar_subquery(), 0)
    if items.distinct and node.kind in ("sum", "avg"):
        raise writer.unable(node)
    return _aggregated(writer, node.kind, items, key if items.value is None else items.value)


def _aggregated(writer: Writer, kind: str, items: Items, value: Operand) -> Operand:
    """An aggregate over a derived table: over the rows themselves it would belong to the outer statement
    when the value asked for mentions only outer columns."""
    columns: list[sa.ColumnElement] = []

    def name(column: sa.ColumnElement) -> sa.ColumnElement:
        columns.append(column.label(f"c{len(columns)}"))
        return columns[-1]

    sql_arithmetic.each_column(value, name)
    derived = select(items.rows, items.where, *columns).subquery()
    found = iter(derived.c)
    inner = sql_arithmetic.each_column(value, lambda _: next(found))
    result = Number(_counted(inner), 0) if kind == "size" else _aggregate(writer, kind, inner)

    def one(column: sa.ColumnElement) -> sa.ColumnElement:
        return sa.select(column).select_from(derived).correlate_except(derived).scalar_subquery()

    return sql_arithmetic.each_column(result, one)


def _tested(writer: Writer, node: meaning.Fold, owner: Rows | None) -> sa.ColumnElement:
    """EXISTS; `all` is that none exists for which the condition does not hold."""
    mapped = node.list
    if not isinstance(mapped, meaning.Map):
        raise writer.unable(node)
    items = _at_hand(writer, _items(writer, mapped.list, owner), mapped.variable)
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


def _counted(value: Operand) -> sa.ColumnElement:
    if isinstance(value, Amount):
        value = value.amount.text().concat(value.currency)
    column = value.text() if isinstance(value, Number) else value
    return sa.func.count(sa.distinct(column))


def _when_absent(node: meaning.Fold, found: Operand) -> Operand:
    """What a list behind an absent link gives: that of an empty list."""
    if node.kind in ("exists", "all"):
        return sa.func.coalesce(found, sa.false() if node.kind == "exists" else sa.true())
    if node.kind == "size" or (node.kind == "sum" and node.type == NUMBER):
        return Number(sa.func.coalesce(found.exact, Number.of(0).exact, type_=elements.Exact()))  # type: ignore[union-attr]
    if node.kind == "sum" and node.type == MONEY:
        return sql_arithmetic.first_present([found], sql_arithmetic.of_no_currency(Number.of(0)))
    return found
