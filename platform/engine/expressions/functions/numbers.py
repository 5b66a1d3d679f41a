"""Functions over numbers, money and durations."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from customary.engine import arithmetic
from customary.engine.expressions.functions.function import Registry
from customary.engine.expressions.python_runtime import changed_money
from customary.engine.expressions.sql_operands import Amount, Number
from customary.engine.expressions.types import DURATION, MONEY, NUMBER
from customary.engine.money import Money


def register(functions: Registry) -> None:
    functions.add("abs", NUMBER, to=NUMBER, sql=Number.absolute)(arithmetic_abs)
    functions.add("abs", MONEY, to=MONEY, sql=lambda money: money.changed(Number.absolute))(abs_money)
    functions.add("abs", DURATION, to=DURATION, sql=Number.absolute)(abs_duration)
    functions.add("round", NUMBER, to=NUMBER, sql=Number.rounded)(arithmetic_round)
    functions.add("round", NUMBER, NUMBER, to=NUMBER, sql=Number.rounded)(arithmetic_round)
    functions.add("round", MONEY, to=MONEY, sql=_round_amount)(round_money)
    functions.add("round", MONEY, NUMBER, to=MONEY, sql=_round_amount)(round_money)
    functions.add("days", DURATION, to=NUMBER, sql=lambda span: span.divided(Number.of(86_400_000_000)))(days)


def arithmetic_abs(number: Decimal) -> Decimal:
    """The number without its sign."""
    return arithmetic.absolute(number)


def abs_money(money: Money) -> Money:
    """The amount without its sign."""
    return changed_money(money, arithmetic.absolute)  # type: ignore[return-value]  # every amount has one


def abs_duration(duration: timedelta) -> timedelta:
    """The duration, always forward."""
    return abs(duration)


def arithmetic_round(number: Decimal, places: Any = 0) -> Decimal:
    """Rounded to some decimals (a plain number from 0 to 10; 0 when left out); a half goes away from zero."""
    return arithmetic.rounded(number, places)


def round_money(money: Money, places: Any = 0) -> Money:
    """The amount rounded to some decimals; a half goes away from zero."""
    return changed_money(money, lambda amount: arithmetic.rounded(amount, places))  # type: ignore[return-value]


def days(duration: timedelta) -> Decimal:
    """How many days a duration lasts, with decimals."""
    return arithmetic.days(duration)


def _round_amount(money: Amount, places: Number | None = None) -> Amount:
    return money.changed(lambda number: number.rounded(places))
