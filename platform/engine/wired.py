"""Units of work that the event loop does itself: what they ask goes over a wire, and others have their turn until the
answer comes. So a page that only reads waits for no thread, and takes no turn of the interpreter from others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import sqlalchemy as sa
from greenlet import getcurrent, greenlet
from sqlalchemy.engine.result import IteratorResult

from customary.engine.ready import Ready, Rows, made_ready
from customary.engine.wires import Wires

Result = TypeVar("Result")


class NotAsUsual(Exception):
    """The unit of work is to be done in a thread, from its beginning."""


class Wired:
    """Does units of work over wires.

    They know statements that come again as the same object. Any other goes to a thread, where SQLAlchemy finds what it
    compiled for one that says the same; so does each when it comes for the first time.
    """

    def __init__(self, wires: Wires, dialect: sa.Dialect) -> None:
        self._wires = wires
        self._dialect = dialect
        self._met: WeakSet[sa.Select] = WeakSet()
        self._ready: WeakKeyDictionary[sa.Select, Ready | None] = WeakKeyDictionary()

    async def run(self, work: Callable[..., Result], *args: Any) -> Result:
        """`work(connection, *args)`, which may only read. Raises NotAsUsual."""
        doing = greenlet(work)
        asked = doing.switch(_Connection(self._dialect), *args)
        while not doing.dead:
            asked = doing.switch(await self._answer(asked))
        return asked

    async def _answer(self, asked: _Asked | None) -> sa.Result:
        ready = asked and self._known(asked.statement)
        found = ready and await self._wires.ask(ready, **asked.values)
        if found is None:
            raise NotAsUsual
        return WireResult(ready, found)

    def _known(self, statement: Any) -> Ready | None:
        if not isinstance(statement, sa.Select):
            return None
        if statement not in self._ready:
            if statement not in self._met:
                self._met.add(statement)
                return None
            self._ready[statement] = made_ready(statement, self._dialect)
        known = self._ready[statement]
        return None if known is None or known.takes_long else known


class WireResult(IteratorResult):
    """What came over a wire, as SQLAlchemy would tell it; and its rows, of which none is read yet."""

    def __init__(self, ready: Ready, came: Rows) -> None:
        super().__init__(ready.columns, (row for row in came))
        self.came = came


class _Asked(NamedTuple):
    statement: Any
    values: Mapping[str, Any]


class _Connection:
    """A connection as units of work know it that only read. Who wants anything else of one is no such."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect

    def execute(self, statement: Any, values: Mapping[str, Any] | None = None) -> sa.Result:
        return _wait(_Asked(statement, values or {}))

    def __getattr__(self, _name: str) -> Any:
        return _wait(None)


def _wait(asked: _Asked | None) -> Any:
    """Lets others have their turn until there is an answer. Where there is none, who waits is never called again."""
    return getcurrent().parent.switch(asked)
