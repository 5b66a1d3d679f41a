"""What the generated Python calls: names here are all that an expression can reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from customary.engine import arithmetic
from customary.engine.expressions.scope import Fields, Scope
from customary.engine.expressions.types import DATE, DATETIME, DURATION, MONEY, NUMBER, TEXT, TIME, Type
from customary.engine.money import Money

NOTHING: Mapping[str, Any] = MappingProxyType({})
NO_CURRENCY = ""
NOTHING_WORTH = Money(Decimal(0), NO_CURRENCY)
"""What no money at all is worth, in whatever currency."""
_OPERATIONS: dict[tuple[str, Type, Type], str] = {
    ("+", NUMBER, NUMBER): "plus_number",
    ("-", NUMBER, NUMBER): "minus_number",
    ("*", NUMBER, NUMBER): "times_number",
    ("/", NUMBER, NUMBER): "divide_number",
    ("%", NUMBER, NUMBER): "remainder_number",
    ("+", TEXT, TEXT): "plus_text",
    ("+", MONEY, MONEY): "plus_money",
    ("-", MONEY, MONEY): "minus_money",
    ("/", MONEY, MONEY): "ratio_money",
    ("*", MONEY, NUMBER): "times_money",
    ("*", NUMBER, MONEY): "factor_money",
    ("/", MONEY, NUMBER): "divide_money",
    ("+", DATE, DURATION): "shift_date",
    ("+", DURATION, DATE): "later_date",
    ("-", DATE, DURATION): "earlier_date",
    ("-", DATE, DATE): "between",
    ("+", DATETIME, DURATION): "shift_datetime",
    ("+", DURATION, DATETIME): "later_datetime",
    ("-", DATETIME, DURATION): "earlier_datetime",
    ("-", DATETIME, DATETIME): "between",
    ("+", DURATION, DURATION): "plus_duration",
    ("-", DURATION, DURATION): "minus_duration",
    ("-", TIME, TIME): "between_times",
}

plus_number = arithmetic.plus
minus_number = arithmetic.minus
times_number = arithmetic.times
divide_number = arithmetic.divide
remainder_number = arithmetic.remainder
negative_number = arithmetic.negative
shift_date = arithmetic.shift_days
shift_datetime = arithmetic.shift


def operation(operator: str, left: Type, right: Type) -> str:
    """The name of the function here that calculates `left operator right`."""
    return _OPERATIONS[operator, _kind(left), _kind(right)]


# Records ------------------------------------------------------------------------------------------


def get(record: Any, name: str) -> Any:
    return record.get(name) if isinstance(record, Mapping) else None


def follow(scope: Scope, entity: str, field: str, record: Fields | None) -> Any:
    """`entity` is empty where the record may be of several: then it knows itself."""
    return None if not record else scope.follow(entity or record["entity"], field, record)


def identity(record: Any) -> Any:
    return record.get("id") if isinstance(record, Mapping) else record


def plain_id(value: Any) -> Any:
    """The id inside a link that may lead to several entities."""
    return value if value is None else getattr(value, "id", value)


# Numbers, money, durations ------------------------------------------------------------------------


def plus_text(left: str, right: str) -> str:
    return left + right


def plus_money(left: Money, right: Money) -> Money | None:
    return _combined(left, right, arithmetic.plus)


def minus_money(left: Money, right: Money) -> Money | None:
    return _combined(left, right, arithmetic.minus)


def ratio_money(left: Money, right: Money) -> Decimal | None:
    pair = _joint(left, right)
    return arithmetic.divide(pair[0].amount, pair[1].amount) if pair else None


def times_money(money: Money, factor: Decimal) -> Money | None:
    return changed_money(money, lambda amount: arithmetic.times(amount, factor))


def factor_money(factor: Decimal, money: Money) -> Money | None:
    return times_money(money, factor)


def divide_money(money: Money, divisor: Decimal) -> Money | None:
    return changed_money(money, lambda amount: arithmetic.divide(amount, divisor))


def negative_money(money: Money) -> Money | None:
    return changed_money(money, arithmetic.negative)


def changed_money(money: Money, change: Callable[[Decimal], Decimal | None]) -> Money | None:
    """The same with another amount, and so worth another."""
    amount = change(money.amount)
    if amount is None:
        return None
    worth = change(money.base.amount) if money.base else None
    return Money(amount, money.currency, None if worth is None else Money(worth, money.base.currency))  # type: ignore[union-attr]


def as_money(number: Decimal) -> Money:
    return Money(Decimal(number), NO_CURRENCY, None if number else NOTHING_WORTH)


def compare_money(left: Money, right: Money, operator: str) -> bool | None:
    pair = _joint(left, right)
    return _ORDERS[operator](pair[0].amount, pair[1].amount) if pair else None


def same_money(left: Any, right: Any) -> bool:
    """Equality of money with money or with a plain number (then only the amount counts)."""
    if left is None or right is None:
        return left is right
    if isinstance(left, Money) and isinstance(right, Money):
        return left.amount == right.amount and _agreed(left, right) is not None
    return getattr(left, "amount", left) == getattr(right, "amount", right)


def _combined(left: Money, right: Money, operation: Callable[[Decimal, Decimal], Decimal]) -> Money | None:
    pair = _joint(left, right)
    if pair is None:
        return None
    worth = None
    if left.base and right.base:
        currency = left.base.currency or right.base.currency
        worth = Money(operation(left.base.amount, right.base.amount), currency)
    return Money(operation(pair[0].amount, pair[1].amount), pair[0].currency or pair[1].currency, worth)


def _joint(left: Money, right: Money) -> tuple[Money, Money] | None:
    """Two amounts in one currency: their own, or else the workspace's in which they were worth something."""
    if _agreed(left, right) is not None:
        return left, right
    return (left.base, right.base) if left.base and right.base else None


def _agreed(left: Money, right: Money) -> str | None:
    if left.currency == right.currency or right.currency == NO_CURRENCY:
        return left.currency
    return right.currency if left.currency == NO_CURRENCY else None


def part_of(value: Any, name: str) -> Any:
    return getattr(value, name)


def plus_duration(left: timedelta, right: timedelta) -> timedelta:
    return left + right


def minus_duration(left: timedelta, right: timedelta) -> timedelta:
    return left - right


def negative_duration(duration: timedelta) -> timedelta:
    return -duration


def later_date(duration: timedelta, day: date) -> date | None:
    return arithmetic.shift_days(day, duration)


def earlier_date(day: date, duration: timedelta) -> date | None:
    return arithmetic.shift_days(day, -duration)


def later_datetime(duration: timedelta, moment: datetime) -> datetime | None:
    return arithmetic.shift(moment, duration)


def earlier_datetime(moment: datetime, duration: timedelta) -> datetime | None:
    return arithmetic.shift(moment, -duration)


def between(later: Any, earlier: Any) -> timedelta:
    return later - earlier


def between_times(later: time, earlier: time) -> timedelta:
    return datetime.combine(date.min, later) - datetime.combine(date.min, earlier)


def _kind(kind: Type) -> Type:
    return TEXT if kind.name == "choice" else kind


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


# Text ---------------------------------------------------------------------------------------------


def plain_text(value: Any, zone: ZoneInfo) -> str:
    """A value as plain text, the same that SQL makes of it; nothing is an empty text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | Decimal():
            return arithmetic.plain(value)
        case Money():
            return f"{arithmetic.plain(value.amount)} {value.currency}".rstrip()
        case datetime():
            return arithmetic.local(value, zone).replace(tzinfo=None).isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case timedelta():
            return arithmetic.plain(arithmetic.days(value)) + "d"
        case tuple() | list():
            return ", ".join(plain_text(item, zone) for item in value)
        case Mapping():
            return str(value.get("id", ""))
    return str(value)
