"""Reckoning: what a tile counts or adds up, asked of the one aggregate that carries the reader's rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from customary.engine import records
from customary.engine.expressions.error import ExpressionError
from customary.engine.model.tile import COUNT, Tile
from customary.engine.money import Money
from customary.engine.records import Group, Work
from customary.engine.records.typed import compile_typed


def is_closed(work: Work, tile: Tile) -> bool:
    """Whether the tile asks for what is hidden from the reader: then it tells nothing, for any figure would tell."""
    if not work.access.may(tile.entity, "read"):
        return True
    try:
        condition_of(work, tile, tile.condition)
        for name in tile.names:
            compile_typed(work, tile.entity, name)
    except ExpressionError:
        return True
    return False


def condition_of(work: Work, tile: Tile, where: str) -> Any:
    """A condition with the names that the reader may use; None where there is none."""
    return records.compile_where(work, tile.entity, where) if where else None


def reckon(work: Work, tile: Tile, where: str, by: Sequence[str] = (), **more: Any) -> list[Group]:
    """The tile's figure of the records that fit, by groups: one query. `more` is said to the aggregate."""
    figures = {} if tile.figure == COUNT else {f"{tile.figure}s": (tile.field,)}
    return records.aggregate(
        work, tile.entity, by, where=condition_of(work, tile, where), alike=True, **figures, **more
    )


def value_of(tile: Tile, group: Group) -> Any:
    """The tile's figure of a group; None where it is not known, as of money without a rate."""
    return group.count if tile.figure == COUNT else group.values[tile.figure][tile.field]


def nothing(work: Work, tile: Tile, groups: Sequence[Group] = ()) -> Any:
    """The figure of no records, beside those of groups that have some."""
    if tile.figure not in (COUNT, "sum"):
        return None
    field = work.model.entities[tile.entity].fields.get(tile.field)
    if field is None:
        return 0
    if field.kind == "duration":
        return timedelta()
    known = (value for each in groups if (value := value_of(tile, each)) is not None)
    currency = getattr(next(known, None), "currency", work.model.settings.currency)
    return Money(Decimal(), currency) if field.kind == "money" else Decimal()


def added(values: Sequence[Any], to: Any) -> Any:
    """Figures of one tile added up; None where one of them is not known."""
    if any(each is None for each in values):
        return None
    if isinstance(to, Money):
        return Money(sum((each.amount for each in values), to.amount), to.currency)
    return sum(values, to)


def size_of(value: Any) -> Decimal:
    """How long its bar is."""
    number = value.amount if isinstance(value, Money) else value
    if hasattr(number, "total_seconds"):
        return Decimal(str(number.total_seconds()))
    return Decimal(number) if isinstance(number, int | Decimal) else Decimal(0)


def today(work: Work) -> date:
    """The workspace's day."""
    return work.now.astimezone(work.model.settings.time_zone).date()
