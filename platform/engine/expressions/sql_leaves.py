"""Where operands come from: known values as bind parameters, and the columns of fields."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from customary.engine.arithmetic import microseconds
from customary.engine.columns import Code, CodePointText, Moment, Names, Scaled
from customary.engine.expressions import sql_elements
from customary.engine.expressions.scope import Rows
from customary.engine.expressions.sql_operands import Amount, Number, Operand
from customary.engine.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    Choice,
    ListOf,
    Type,
)

_COLUMN_TYPES: dict[str, sa.types.TypeEngine] = {
    TEXT.name: CodePointText(),
    Choice().name: CodePointText(),
    BOOLEAN.name: sa.Boolean(),
    DATE.name: sa.Date(),
    DATETIME.name: Moment(),
    TIME.name: sa.Time(),
    "record": sa.Uuid(),
}


def plain_clause(operand: Operand) -> sa.ColumnElement:
    if isinstance(operand, Amount):
        operand = operand.amount
    if isinstance(operand, Number):
        return operand.exact if operand.clause is None else operand.clause
    return operand


def known(value: Any, kind: Type) -> Operand:
    """A value known when the clause is made, as a bind parameter."""
    if kind == MONEY:
        amount, currency, base = (None, None, None) if value is None else (value.amount, value.currency, value.base)
        worth = Number.of(base.amount if base else None)
        return Amount(Number.of(amount), sa.literal(currency, CodePointText()), worth)
    if kind == DURATION and value is not None:
        return Number.of(microseconds(value))
    if kind in (NUMBER, DURATION):
        return Number.of(value)
    if isinstance(kind, ListOf):
        return sa.literal(value or None, Names())
    return sa.literal(value, _COLUMN_TYPES.get(kind.name, CodePointText()))


def stored(rows: Rows, name: str, kind: Type) -> Operand:
    """The column (or columns) of a field."""
    if kind == MONEY:
        amount, base = rows.column(name), rows.column(name, "_base")
        return Amount(_number(amount), rows.column(name, "_currency"), _number(base))
    if kind in (NUMBER, DURATION):
        return _number(rows.column(name))
    return rows.column(name)


def named(column: sa.ColumnElement) -> sa.ColumnElement:
    """An option by its name of today, when it is stored under another code."""
    renamed = [(code, name) for name, code in getattr(column.type, "codes", ()) if code != name]
    if not isinstance(column.type, Code) or isinstance(column, sa.BindParameter):
        return column
    plain = sa.type_coerce(column, CodePointText())
    return sa.case(*((plain == code, name) for code, name in renamed), else_=plain) if renamed else plain


def grouped(column: sa.ColumnElement) -> sa.ColumnElement:
    """A condition with brackets, which SQLAlchemy leaves out before IS: `NOT a IS NULL` is not `(NOT a) IS NULL`."""
    plain = column.type._type_affinity is not sa.Boolean or isinstance(column, sa.Column | sa.BindParameter)
    return column if plain else sql_elements.grouped(column)


def _number(column: sa.ColumnElement) -> Number:
    """A formula's clause may stand where a column is asked for; then the number is exact already."""
    if isinstance(column.type, sql_elements.Exact):
        return Number(column)
    return Number(column, column.type.scale if isinstance(column.type, Scaled) else 0)
