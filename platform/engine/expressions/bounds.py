"""Bounds: what is known of a value, as the set of those that it may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

End = tuple[Any, bool]
"""A value, and whether it belongs to what is bounded."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Null where `null`; else one of `only` (of all where None), none of `but`, from `low` to `high`."""

    null: bool = True
    only: frozenset[Any] | None = None
    but: frozenset[Any] = frozenset()
    low: End | None = None
    high: End | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is left. Sound: where it is not sure, something is."""
        if self.null:
            return False
        if self.only is not None:
            return not any(self._lets(each) for each in self.only)
        if self.low is None or self.high is None:
            return False
        (low, with_low), (high, with_high) = self.low, self.high
        return low > high or (low == high and (not (with_low and with_high) or low in self.but))

    def meet(self, other: Bounds) -> Bounds:
        """What both allow."""
        only = other.only if self.only is None else self.only if other.only is None else self.only & other.only
        return Bounds(
            null=self.null and other.null,
            only=only,
            but=self.but | other.but,
            low=_tighter(self.low, other.low, lowest=False),
            high=_tighter(self.high, other.high, lowest=True),
        )

    def or_null(self) -> Bounds:
        return replace(self, null=True)

    def _lets(self, value: Any) -> bool:
        if value in self.but:
            return False
        above = self.low is None or value > self.low[0] or (self.low[1] and value == self.low[0])
        return above and (self.high is None or value < self.high[0] or (self.high[1] and value == self.high[0]))


NULL = Bounds(only=frozenset())
FILLED = Bounds(null=False)


def one_of(values: Iterable[Any]) -> Bounds:
    """One of some values; None among them is null."""
    values = set(values)
    return Bounds(null=None in values, only=frozenset(values - {None}))


def none_of(values: Iterable[Any]) -> Bounds:
    """None of some values; None among them is null."""
    values = set(values)
    return Bounds(null=None not in values, but=frozenset(values - {None}))


def beside(operator: str, value: Any) -> Bounds:
    """What is on one side of a value: `<`, `<=`, `>` or `>=` it, and not null."""
    end = (value, operator.endswith("="))
    return Bounds(null=False, high=end) if operator.startswith("<") else Bounds(null=False, low=end)


def between(low: Any, high: Any) -> Bounds:
    """From one value to another, both of them too; None is no end. Null is as good."""
    return Bounds(low=None if low is None else (low, True), high=None if high is None else (high, True))


def _tighter(one: End | None, other: End | None, lowest: bool) -> End | None:
    if one is None or other is None:
        return other if one is None else one
    if one[0] == other[0]:
        return (one[0], one[1] and other[1])
    return min(one, other, key=_value) if lowest else max(one, other, key=_value)


def _value(end: End) -> Any:
    return end[0]
