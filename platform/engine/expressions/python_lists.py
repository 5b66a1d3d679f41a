"""What the generated Python calls for lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from customary.engine import arithmetic
from customary.engine.expressions.python_runtime import NO_CURRENCY, divide_money, identity, plain_id
from customary.engine.money import Money


def ids(records: Iterable[Any]) -> tuple[Any, ...]:
    """The ids of the records that are there: of a list with nobody's `user` in it, none."""
    return tuple(id for id in map(identity, records) if id is not None)


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
    found: dict[Any, Any] = {}
    for item in _present(items):
        found.setdefault(identity(item), item)
    return list(found.values())


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
    """In the currency of all of them; in the workspace's where they differ."""
    found = _joint(_present(items))
    if found is None:
        return None
    amounts, currency, base = found
    worth = Money(sum_number(base[0]), base[1]) if base else None
    return Money(sum_number(amounts), currency, worth)


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


def pairwise_min(items: Iterable[Any]) -> Money | None:
    """The least of two and two amounts, as SQL finds it; what two make that cannot be compared counts as nothing."""
    return reduce(lambda one, other: min_money((one, other)), items)


def pairwise_max(items: Iterable[Any]) -> Money | None:
    return reduce(lambda one, other: max_money((one, other)), items)


def _extreme(items: Iterable[Any], choose: Callable[..., Any]) -> Money | None:
    present = _present(items)
    found = _joint(present) if present else None
    if found is None:
        return None
    amounts, currency, base = found
    return Money(choose(amounts), currency, Money(choose(base[0]), base[1]) if base else None)


def _joint(found: list[Money]) -> tuple[list[Decimal], str, tuple[list[Decimal], str] | None] | None:
    """Amounts in one currency and that, and what they are worth together where all are worth something."""
    currencies = {each.currency for each in found} - {NO_CURRENCY}
    worth = [each.base for each in found if each.base]
    base = ([each.amount for each in worth], max((each.currency for each in worth), default=NO_CURRENCY))
    whole = base if len(worth) == len(found) else None
    if len(currencies) > 1:
        return (*whole, whole) if whole else None
    return [each.amount for each in found], max(currencies, default=NO_CURRENCY), whole


def _present(items: Iterable[Any]) -> list[Any]:
    return [item for item in items if item is not None]
