"""What is worked out once for a release and used by every request: shapes, statements."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from customary.engine.records.work import Work

Kept = TypeVar("Kept")

_MOST = 4096
_by_release: WeakKeyDictionary[Any, dict[Hashable, Any]] = WeakKeyDictionary()


def kept(work: Work, key: Hashable, make: Callable[[], Kept]) -> Kept:
    """The value of `make()`, remembered under `key` as long as the release lives."""
    tables = work.release.tables
    store = _by_release.get(tables)
    if store is None:
        store = _by_release[tables] = {}
    found = store.get(key)
    if found is None:
        if len(store) >= _MOST:
            for old in list(store)[: _MOST // 4]:
                store.pop(old, None)
        found = store[key] = make()
    return found
