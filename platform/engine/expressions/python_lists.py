"""What the generated Python calls for lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from customary.engine import arithmetic
from customary.engine.expressions.python_runtime import NO_CURRENCY, divide_money, identity, plain_id, plus_money
from customary.engine.money import Money


def ids(records: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(map(identity, records))


def among(item: Any, items: Sequence[Any], equal: Callable[[Any, Any], bool]) -> bool:
    return any(equal(item, each) for each in items)


def contained(record_id: Any, items: Iterable[Any]) -> bool:
    return record_id is not None and any(identity(each) == plain_id(record_id) for each in items)


def same_list(left: Any, right: Any) -> bool:
    """Lists are equal when they hold the same in the same order; an empty one equals null."""
    return [identity(each) for each in left or ()] == [identity(each) for each in right or ()]


def holding(items: Iterable[Any], condition: Callable[[Any], Any]) -> list[Any]:
    return [item for item in items if condition(item)]


def mapped(items: Iterable[Any], value: Callable[[Any], Any]) -> list[Any]:
    return [value(item) for item in items]


def distinct(items: Iterable[Any]) -> list[Any]:
    return list({identity(item): item for item in _present(items)}.values())


def size_of(items: Sequence[Any]) -> int:
    return len(items)


def exists_of(tests: Iterable[Any]) -> bool:
    return any(test is True for test in tests)


def all_of(tests: Iterable[Any]) -> bool:
    return all(test is True for test in tests)


def first_of(items: Sequence[Any]) -> Any:
    return items[0] if items else None


def last_of(items: Sequence[Any]) -> Any:
    return items[-1] if items else None


def sum_number(items: Iterable[Any]) -> Decimal:
    result = Decimal(0)
    for item in _present(items):
        result = arithmetic.plus(result, item)
    return result


def avg_number(items: Sequence[Any]) -> Decimal | None:
    found = _present(items)
    return arithmetic.divide(sum_number(found), Decimal(len(found))) if found else None


def sum_money(items: Iterable[Any]) -> Money | None:
    result: Money | None = Money(Decimal(0), NO_CURRENCY)
    for item in _present(items):
        result = plus_money(result, item) if result else None
    return result


def avg_money(items: Iterable[Any]) -> Money | None:
    found = _present(items)
    total = sum_money(found) if found else None
    return divide_money(total, Decimal(len(found))) if total else None


def sum_duration(items: Iterable[Any]) -> timedelta:
    return sum(_present(items), timedelta())


def avg_duration(items: Iterable[Any]) -> timedelta | None:
    found = _present(items)
    return sum_duration(found) / len(found) if found else None


def min_value(items: Iterable[Any]) -> Any:
    return min(_present(items), default=None)


def max_value(items: Iterable[Any]) -> Any:
    return max(_present(items), default=None)


min_number = min_duration = min_value
max_number = max_duration = max_value


def min_money(items: Iterable[Any]) -> Money | None:
    return _extreme(items, min)


def max_money(items: Iterable[Any]) -> Money | None:
    return _extreme(items, max)


def _extreme(items: Iterable[Any], choose: Callable[..., Any]) -> Money | None:
    found = _present(items)
    if not found or sum_money(found) is None:
        return None
    currency = max(each.currency for each in found)
    return Money(choose(each.amount for each in found), currency)


def _present(items: Iterable[Any]) -> list[Any]:
    return [item for item in items if item is not None]
