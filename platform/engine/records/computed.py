"""Computed fields in a statement: what is asked for them, and the values that come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from customary.engine.expressions.types import MONEY
from customary.engine.fields.field import Field
from customary.engine.money import Money
from customary.engine.tables import TableRows


def clauses(rows: TableRows, each: Field) -> list[sa.ColumnElement]:
    """What is asked of a formula: its value, and the currency of money."""
    return [rows.worked_out(each, part) for part in (("", "_currency") if each.value_type == MONEY else ("",))]


def taken(each: Field, cells: Sequence[Any]) -> Any:
    """The value that lies in the cells of `clauses`."""
    value, *currency = cells
    return each.fit(Money(value, currency[0] or "") if currency and value is not None else each.figure(value))


def taken_in_turn(fields: Sequence[Field], cells: Iterator[Any]) -> dict[str, Any]:
    """The values of several fields, from as many cells as they have."""
    return {each.name: taken(each, [next(cells) for _ in range(width(each))]) for each in fields}


def width(each: Field) -> int:
    """How many cells a field takes."""
    return 2 if each.value_type == MONEY else 1
