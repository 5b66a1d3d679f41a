"""Arithmetic, order and choice over operands."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

import sqlalchemy as sa

from customary.engine.columns import CodePointText
from customary.engine.expressions import meaning
from customary.engine.expressions import sql_elements as elements
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.sql_operands import Amount, Number, Operand
from customary.engine.expressions.types import DATE, DATETIME, DURATION, MONEY, TEXT, TIME

if TYPE_CHECKING:
    from customary.engine.expressions.to_sql import Writer

_NATIVE = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_BETWEEN = {DATE: elements.days_between, DATETIME: elements.moments_between, TIME: elements.times_between}
_METHODS = {"+": Number.plus, "-": Number.minus, "*": Number.times, "/": Number.divided, "%": Number.remainder}


def arithmetic(writer: Writer, node: meaning.Arithmetic) -> Operand:
    """`+ - * / %`."""
    left, right, operator = node.left, node.right, node.operator
    if node.type == TEXT:
        return elements.joined(writer.column(left), writer.column(right))
    if node.type in (DATE, DATETIME):
        return _shifted(writer, node)
    if left.type in _BETWEEN:
        return Number(_BETWEEN[left.type](writer.column(left), writer.column(right)))
    if MONEY in (left.type, right.type):
        return _money(writer, operator, writer.operand(left), writer.operand(right))
    return _METHODS[operator](writer.number(left), writer.number(right))


def ordered(writer: Writer, operator: str, left: Node, right: Node) -> sa.ColumnElement:
    """`< <= > >=`; NULL when a side is missing or the currencies differ."""
    one, other = writer.operand(left), writer.operand(right)
    if isinstance(one, Amount) and isinstance(other, Amount):
        return _joint(one, other, one.amount, one.base).compare(operator, _joint(one, other, other.amount, other.base))
    if isinstance(one, Amount | Number):
        return _amount(one).compare(operator, _amount(other))  # type: ignore[arg-type]
    if left.type == TEXT and not isinstance(one, sa.Column):
        one = elements.by_code_point(one)
    return _NATIVE[operator](one, other)


def equal(one: Operand, other: Operand, loose: bool) -> sa.ColumnElement:
    """Equality of numbers or money."""
    left, right = _amount(one), _amount(other)  # type: ignore[arg-type]
    known = left.value is not None or right.value is not None
    test = left.compare("==", right) if loose and known else left.same(right)
    if isinstance(one, Amount) and isinstance(other, Amount):
        return sa.and_(test, sa.or_(left.is_null(), sa.func.coalesce(agree(one, other), sa.true())))
    return test


def agree(one: Amount, other: Amount) -> sa.ColumnElement:
    """Whether two amounts can be compared and added: one currency, or one of them of none."""
    return sa.or_(one.currency == other.currency, one.currency == "", other.currency == "")


def chosen(cases: list[tuple[sa.ColumnElement, Operand]], otherwise: Operand) -> Operand:
    """CASE over operands of one type."""
    if isinstance(otherwise, Amount):
        amounts = [(test, each.amount) for test, each in cases]  # type: ignore[union-attr]
        currencies = [(test, each.currency) for test, each in cases]  # type: ignore[union-attr]
        bases = [(test, each.base) for test, each in cases]  # type: ignore[union-attr]
        return Amount(
            chosen(amounts, otherwise.amount),  # type: ignore[arg-type]
            sa.case(*currencies, else_=otherwise.currency),
            chosen(bases, otherwise.base),  # type: ignore[arg-type]
        )
    if isinstance(otherwise, Number):
        return Number(sa.case(*((test, each.exact) for test, each in cases), else_=otherwise.exact))  # type: ignore[union-attr]
    return sa.case(*cases, else_=otherwise)


def first_present(operands: list[Operand], last: Operand) -> Operand:
    """The first operand that is not null."""
    if isinstance(last, Amount):
        return chosen([(sa.not_(_amount(each).is_null()), each) for each in operands], last)  # type: ignore[arg-type]
    if isinstance(last, Number):
        return Number(sa.func.coalesce(*(each.exact for each in operands), last.exact, type_=elements.Exact()))  # type: ignore[union-attr]
    return sa.func.coalesce(*operands, last)


def extreme(writer: Writer, kind: str, operands: list[Operand]) -> Operand:
    """The least or the greatest operand that is not null."""
    first = operands[0]
    if isinstance(first, Amount):
        return reduce(lambda one, other: _extreme_money(writer, kind, one, other), operands)  # type: ignore[arg-type,return-value]
    if isinstance(first, Number):
        return Number(elements.extremes[kind](*(each.exact for each in operands)))  # type: ignore[union-attr]
    return _extreme_column(kind, operands)  # type: ignore[arg-type]


def _extreme_money(writer: Writer, kind: str, one: Amount, other: Amount) -> Amount:
    """Of two amounts in one currency by that, of others by what they are worth."""
    pieces = elements.extreme_money[kind]
    parts = (one.currency, other.currency, one.amount.exact, other.amount.exact, one.base.exact, other.base.exact)
    currency = elements.extreme_currency(*parts[:4], sa.literal(writer.values.currency, CodePointText()))
    return Amount(Number(pieces["amount"](*parts)), currency, Number(pieces["base"](*parts[2:])))


def _extreme_column(kind: str, columns: list[sa.ColumnElement]) -> sa.ColumnElement:
    """Days, moments and times are texts on SQLite, which compare as what they say does."""
    return sa.type_coerce(elements.extreme_texts[kind](*columns), columns[0].type)


def each_column(operand: Operand, change: Callable[[sa.ColumnElement], sa.ColumnElement]) -> Operand:
    """The operand with every one of its columns changed."""
    if isinstance(operand, Amount):
        amount, base = (each_column(each, change) for each in (operand.amount, operand.base))
        return Amount(amount, change(operand.currency), base)  # type: ignore[arg-type]
    if isinstance(operand, Number):
        if operand.clause is None:
            return Number(change(operand.exact))
        return Number(change(operand.clause), operand.scale)
    return change(operand)


def _shifted(writer: Writer, node: meaning.Arithmetic) -> sa.ColumnElement:
    day, span = (node.right, node.left) if node.left.type == DURATION else (node.left, node.right)
    length = writer.number(span)
    length = length.negative() if node.operator == "-" else length
    shift = elements.shift_days if node.type == DATE else elements.shift
    return shift(writer.column(day), length.exact)


def _money(writer: Writer, operator: str, one: Operand, other: Operand) -> Operand:
    method = _METHODS[operator]
    if isinstance(one, Amount) and isinstance(other, Amount):
        base = method(one.base, other.base)
        result = _joint(one, other, method(one.amount, other.amount), base)
        if operator == "/":
            return result
        workspace = sa.literal(writer.values.currency, CodePointText())
        return Amount(result, elements.joint_currency(one.currency, other.currency, workspace), base)
    if isinstance(one, Amount):
        return one.changed(lambda amount: method(amount, other))  # type: ignore[arg-type]
    return other.changed(lambda amount: method(one, amount))  # type: ignore[union-attr,arg-type]


def of_no_currency(number: Number) -> Amount:
    """A number as money that agrees with any; nothing is worth nothing."""
    if number.value is not None:
        return Amount(number, sa.literal("", CodePointText()), Number.of(None if number.value else 0))
    zero = Number(sa.case((number.same(Number.of(0)), Number.of(0).exact)))
    return Amount(number, sa.literal("", CodePointText()), zero)


def _joint(one: Amount, other: Amount, own: Number, base: Number) -> Number:
    """A number of the currency that two amounts share, or else of the workspace's."""
    return Number(elements.joint(one.currency, other.currency, own.exact, base.exact))


def _amount(operand: Amount | Number) -> Number:
    return operand.amount if isinstance(operand, Amount) else operand
