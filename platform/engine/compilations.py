"""Compiled statements, found at once when the very same statement comes again."""

from __future__ import annotations

from typing import Any

from sqlalchemy.util import LRUCache

MOST = 500


class Compilations:
    """What an engine has compiled, by the key that SQLAlchemy makes of a statement and the names of its values.

    SQLAlchemy's own cache hashes all that a statement says each time it is run: for the one that reads a deal that
    took 25 µs of 110. A statement that is kept gives the same key object again, which is enough to know it by.
    """

    def __init__(self) -> None:
        self._equal: LRUCache[tuple, Any] = LRUCache(MOST)
        self._same: dict[tuple, tuple[tuple, Any]] = {}
        """By the identity of the key, which is held so that no other can take its place."""

    def get(self, key: tuple) -> Any:
        found = self._same.get(same := _same(key))
        if found is None:
            compiled = self._equal.get(key)
            return None if compiled is None else self._note(same, key, compiled)
        return found[1]

    def __setitem__(self, key: tuple, compiled: Any) -> None:
        self._equal[key] = compiled
        self._note(_same(key), key, compiled)

    def _note(self, same: tuple, key: tuple, compiled: Any) -> Any:
        if len(self._same) >= MOST:
            for old in list(self._same)[: MOST // 4]:
                self._same.pop(old, None)
        self._same[same] = (key, compiled)
        return compiled


def _same(key: tuple) -> tuple:
    _dialect, statement, *rest = key
    return (id(statement), *rest)
