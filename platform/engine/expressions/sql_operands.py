"""Numbers and money inside a clause: plain columns as long as they can be (indexes!), exact pieces beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

import sqlalchemy as sa

from customary.engine.expressions import sql_elements as elements

_WIDE = Context(prec=100)
_GREATEST = 2**63 - 1


@dataclass(frozen=True)
class Number:
    """A number or duration: `clause` in units of 10 ** -scale, or exact when `scale` is None.

    A number known when the clause is made has a `value` (and is bound only when needed).
    """

    clause: sa.ColumnElement | None
    scale: int | None = None
    value: Decimal | None = None

    @staticmethod
    def of(value: Decimal | int | None) -> Number:
        if value is None:
            return Number(sa.literal(None, elements.Exact()))
        return Number(None, None, Decimal(value))

    @property
    def exact(self) -> sa.ColumnElement:
        """The number itself, for arithmetic."""
        if self.value is not None:
            return sa.literal(self.value, elements.Exact())
        assert self.clause is not None
        if self.scale is None:
            return self.clause
        return elements.exact(self.clause, elements.whole_literal(self.scale))

    def stored(self, scale: int) -> sa.ColumnElement:
        """The number in units of 10 ** -scale, as a column of that scale keeps it."""
        if self.scale == scale and self.clause is not None:
            return self.clause
        return elements.whole(self.exact, elements.whole_literal(scale))

    def plus(self, other: Number) -> Number:
        return Number(elements.plus(self.exact, other.exact))

    def minus(self, other: Number) -> Number:
        return Number(elements.minus(self.exact, other.exact))

    def times(self, other: Number) -> Number:
        return Number(elements.times(self.exact, other.exact))

    def divided(self, other: Number) -> Number:
        return Number(elements.divide(self.exact, other.exact))

    def remainder(self, other: Number) -> Number:
        return Number(elements.remainder(self.exact, other.exact))

    def negative(self) -> Number:
        return Number.of(0).minus(self)

    def absolute(self) -> Number:
        return Number(elements.absolute(self.exact))

    def rounded(self, places: Number | None = None) -> Number:
        count = int(places.value) if places is not None and places.value is not None else 0
        return Number(elements.rounded(self.exact, elements.whole_literal(count)))

    def text(self) -> sa.ColumnElement:
        return elements.plain(self.exact)

    def is_null(self) -> sa.ColumnElement:
        if isinstance(self.clause, sa.BindParameter):
            return sa.true() if self.clause.value is None else sa.false()
        return sa.false() if self.clause is None else self.clause.is_(None)

    def compare(self, operator: str, other: Number) -> sa.ColumnElement:
        """`< <= > >=` and `==`; null when a side is."""
        if self.value is not None and other.value is None:
            return other.compare(_MIRRORED[operator], self)
        if self.scale is not None and other.value is not None:
            return self._compare_column(operator, other.value)
        if self.scale is not None and self.scale == other.scale:
            return _native(operator, self.clause, other.clause)
        element = elements.equal if operator == "==" else elements.compared[operator]
        return element(self.exact, other.exact)

    def same(self, other: Number) -> sa.ColumnElement:
        """Equality that is never null."""
        if self.scale is not None and self.scale == other.scale:
            return self.clause.is_not_distinct_from(other.clause)  # type: ignore[union-attr]
        return elements.same(self.exact, other.exact)

    def _compare_column(self, operator: str, value: Decimal) -> sa.ColumnElement:
        """Against a known value: in the column's own units, so that an index serves."""
        units = _WIDE.scaleb(value, self.scale)
        if operator == "==" and units != units.to_integral_value(context=_WIDE):
            return elements.equal(self.exact, Number.of(value).exact)
        down = operator in ("<=", ">")
        whole = int(units.to_integral_value(ROUND_FLOOR if down else ROUND_CEILING, context=_WIDE))
        if abs(whole) > _GREATEST:
            return elements.compared.get(operator, elements.equal)(self.exact, Number.of(value).exact)
        return _native(operator, self.clause, sa.literal(whole, sa.BigInteger()))


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


def _native(operator: str, left: sa.ColumnElement | None, right: sa.ColumnElement | None) -> sa.ColumnElement:
    assert left is not None
    left = sa.type_coerce(left, sa.BigInteger())
    return {
        "<": left.__lt__,
        "<=": left.__le__,
        ">": left.__gt__,
        ">=": left.__ge__,
        "==": left.__eq__,
    }[operator](right)


@dataclass(frozen=True)
class Amount:
    """Money in a clause. No currency ("") agrees with every currency."""

    amount: Number
    currency: sa.ColumnElement
    base: Number
    """What it is worth in the workspace's currency, null where nobody knows."""

    def changed(self, change: Callable[[Number], Number]) -> Amount:
        """The same with another amount, and so worth another."""
        return replace(self, amount=change(self.amount), base=change(self.base))


Operand = sa.ColumnElement | Number | Amount
