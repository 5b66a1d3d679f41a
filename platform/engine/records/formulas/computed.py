"""Computed fields in a statement: what is asked for them, and the values that come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from customary.engine.expressions.types import MONEY
from customary.engine.fields.field import Field
from customary.engine.money import Money
from customary.engine.tables import TableRows


def clauses(rows: TableRows, each: Field, worth: bool = False) -> list[sa.ColumnElement]:
    """What is asked of a formula: its value; of money its currency too, and what it is worth where that is kept."""
    parts = ("", "_currency", "_base") if worth else ("", "_currency")
    return [rows.worked_out(each, part) for part in (parts if each.value_type == MONEY else ("",))]


def taken(each: Field, cells: Sequence[Any]) -> Any:
    """The value that lies in the cells of `clauses`."""
    value, *more = cells
    if value is None or not more:
        return each.fit(each.figure(value))
    if (found := each.fit(Money(value, more[0] or ""))) is None or len(more) == 1:
        return found
    worth = found.amount if found.currency == each.base else more[1]
    return found if worth is None else replace(found, base=Money(worth, each.base))


def taken_in_turn(fields: Sequence[Field], cells: Iterator[Any], worth: bool = False) -> dict[str, Any]:
    """The values of several fields, from as many cells as they have."""
    return {each.name: taken(each, [next(cells) for _ in range(_width(each, worth))]) for each in fields}


def _width(each: Field, worth: bool) -> int:
    return (3 if worth else 2) if each.value_type == MONEY else 1
