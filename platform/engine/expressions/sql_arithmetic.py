"""Arithmetic, order and choice over operands."""

from __future__ import annotations

from collections.abc import Callable
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
        return _money(operator, writer.operand(left), writer.operand(right))
    return _METHODS[operator](writer.number(left), writer.number(right))


def ordered(writer: Writer, operator: str, left: Node, right: Node) -> sa.ColumnElement:
    """`< <= > >=`; NULL when a side is missing or the currencies differ."""
    one, other = writer.operand(left), writer.operand(right)
    if isinstance(one, Amount) and isinstance(other, Amount):
        return sa.case((agree(one, other), one.amount.compare(operator, other.amount)))
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
        return Amount(
            chosen(amounts, otherwise.amount),  # type: ignore[arg-type]
            sa.case(*currencies, else_=otherwise.currency),
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


def extreme(kind: str, operands: list[Operand]) -> Operand:
    """The least or the greatest operand that is not null; unknown where amounts are in several currencies."""
    first = operands[0]
    if isinstance(first, Amount):
        least, greatest = (
            _extreme_column(each, [_filled(money) for money in operands])  # type: ignore[arg-type]
            for each in ("min", "max")
        )
        amount = Number(elements.extremes[kind](*(money.amount.exact for money in operands)))  # type: ignore[union-attr]
        agreed = sa.or_(greatest.is_(None), least == greatest)
        return Amount(Number(sa.case((agreed, amount.exact))), sa.func.coalesce(greatest, "", type_=CodePointText()))
    if isinstance(first, Number):
        return Number(elements.extremes[kind](*(each.exact for each in operands)))  # type: ignore[union-attr]
    return _extreme_column(kind, operands)  # type: ignore[arg-type]


def _extreme_column(kind: str, columns: list[sa.ColumnElement]) -> sa.ColumnElement:
    """Days, moments and times are texts on SQLite, which compare as what they say does."""
    return sa.type_coerce(elements.extreme_texts[kind](*columns), columns[0].type)


def _filled(money: Amount) -> sa.ColumnElement:
    return sa.case((sa.not_(money.amount.is_null()), sa.func.nullif(money.currency, "")))


def each_column(operand: Operand, change: Callable[[sa.ColumnElement], sa.ColumnElement]) -> Operand:
    """The operand with every one of its columns changed."""
    if isinstance(operand, Amount):
        return Amount(each_column(operand.amount, change), change(operand.currency))  # type: ignore[arg-type]
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


def _money(operator: str, one: Operand, other: Operand) -> Operand:
    if isinstance(one, Amount) and isinstance(other, Amount):
        result = _METHODS[operator](one.amount, other.amount)
        result = Number(sa.case((agree(one, other), result.exact)))
        if operator == "/":
            return result
        currency = sa.func.coalesce(sa.func.nullif(one.currency, ""), other.currency, type_=CodePointText())
        return Amount(result, currency)
    money = one if isinstance(one, Amount) else other
    return money.with_amount(_METHODS[operator](_amount(one), _amount(other)))  # type: ignore[union-attr,arg-type]


def _amount(operand: Amount | Number) -> Number:
    return operand.amount if isinstance(operand, Amount) else operand
