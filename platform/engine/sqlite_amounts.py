"""What SQLite is taught about several numbers at once: sums, extremes, and amounts of several currencies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from customary.engine import arithmetic


def teach_amounts(connection: sqlite3.Connection) -> None:
    """Registers these functions on a new connection."""

    def register(name: str, arguments: int, function: Callable[..., Any]) -> None:
        connection.create_function(f"customary_{name}", arguments, function, deterministic=True)

    for aggregate, kind in (("sum", Sum), ("least", Least), ("greatest", Greatest)):
        connection.create_aggregate(f"customary_{aggregate}", 1, kind)  # type: ignore[arg-type]
    register("joint", 4, joint)
    register("joint_currency", 3, joint_currency)
    register("extreme_currency", 5, extreme_currency)
    for name, choose in (("least", min), ("greatest", max)):
        register(f"{name}_of", -1, of_numbers(choose))
        register(f"{name}_text", -1, of_present(choose))
        register(f"{name}_money", 6, of_money(choose))
        register(f"{name}_worth", 4, of_worth(choose))


def joint(one: str | None, other: str | None, own: Any, base: Any) -> Any:
    """What two amounts make: in their own currency where that is one, else in the workspace's."""
    if one is None or other is None:
        return base
    return own if one == other or "" in (one, other) else base


def extreme_currency(one: Any, other: Any, amount: Any, other_amount: Any, base: str) -> Any:
    """The currency of the least or greatest of two amounts."""
    if amount is None:
        return other
    return one if other_amount is None else joint_currency(one, other, base)


def of_money(choose: Callable[..., Any]) -> Callable[..., Any]:
    def extreme(one: str, other: str, amount: Any, other_amount: Any, worth: Any, other_worth: Any) -> Any:
        if amount is None or other_amount is None:
            return other_amount if amount is None else amount
        pair = joint(one, other, (amount, other_amount), (worth, other_worth))
        return None if None in pair else choose(pair, key=Decimal)

    return extreme


def of_worth(choose: Callable[..., Any]) -> Callable[..., Any]:
    def extreme(amount: Any, other_amount: Any, worth: Any, other_worth: Any) -> Any:
        if amount is None or other_amount is None:
            return other_worth if amount is None else worth
        return None if worth is None or other_worth is None else choose(worth, other_worth, key=Decimal)

    return extreme


def joint_currency(one: str | None, other: str | None, base: str) -> str | None:
    """The currency of what two amounts make."""
    if one is None or other is None:
        return None
    return one if other in (one, "") else other if not one else base


def of_present(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: choose((each for each in values if each is not None), default=None)


def of_numbers(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: choose((each for each in values if each is not None), key=Decimal, default=None)


class Sum:
    """The exact sum of the numbers that are there; 0 of none."""

    def __init__(self) -> None:
        self.sum = Decimal(0)

    def step(self, value: Any) -> None:
        if value is not None:
            self.sum = arithmetic.plus(self.sum, Decimal(value))

    def finalize(self) -> str:
        return str(self.sum)


class Least:
    """The smallest of the exact numbers that are there."""

    def __init__(self) -> None:
        self.found: Decimal | None = None

    def step(self, value: Any) -> None:
        if value is not None:
            number = Decimal(value)
            self.found = number if self.found is None else self.better(self.found, number)

    def finalize(self) -> str | None:
        return None if self.found is None else str(self.found)

    @staticmethod
    def better(one: Decimal, other: Decimal) -> Decimal:
        return min(one, other)


class Greatest(Least):
    """The greatest of the exact numbers that are there."""

    @staticmethod
    def better(one: Decimal, other: Decimal) -> Decimal:
        return max(one, other)
