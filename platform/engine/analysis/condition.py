"""Conditions as text, the way a list's filter takes them: so each figure leads to the very records it is made of."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from customary.engine.analysis.period import Period
from customary.engine.expressions.types import DATETIME
from customary.engine.fields.field import Field
from customary.engine.model.tile import Tile


def counted(tile: Tile) -> str:
    """Which records a tile's figure is made of: of sums and the like those that have a value."""
    return all_of(tile.condition, f"{tile.field} != null" if tile.field else "")


def all_of(*texts: str) -> str:
    """The condition that all of these hold; "" is none."""
    said = [each for each in texts if each]
    return (
        said[0]
        if len(said) == 1
        else " && ".join(f"({each})" if "||" in each or "?" in each else each for each in said)
    )


def equals(name: str, value: Any) -> str:
    """That a field or path has a value."""
    if value is True or value is False:
        return name if value else f"{name} == false"
    return f"{name} == {_literal(value)}"


def within(field: Field, period: Period) -> str:
    """That a date lies in a period; of a datetime its day."""
    name = day_of(field)
    return f'{name} >= date("{period.first}") && {name} <= date("{period.last}")'


def day_of(field: Field) -> str:
    """A date, or the day of a datetime, as an expression."""
    return f"date({field.name})" if field.value_type == DATETIME else field.name


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return f'datetime("{value.isoformat()}")'
    if isinstance(value, date):
        return f'date("{value}")'
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return json.dumps(str(value), ensure_ascii=False)
