"""Wires: PostgreSQL asked by the event loop itself, without the way to a thread and back.

A thread that asks through SQLAlchemy takes 0.2 ms of processor time for the statement that reads a deal, a wire 0.02.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg import pq
from psycopg.pq.abc import PGresult

from customary.engine.ready import Ready, Rows

MOST = 8
"""Wires of a process. What they are asked takes a tenth of a millisecond, and a page some of them."""
MOST_PREPARED = 200
"""Statements that a wire knows; with one more it makes room for another wire."""
PATIENCE_SECONDS = 2
"""How long a wire waits for a statement, before it is left to a thread that has more patience: that one for good."""
CANCELED = b"57014"
"""What PostgreSQL says of a statement that it was kept from going on with."""


class _Asked(NamedTuple):
    ready: Ready
    values: Sequence[bytes | None]
    outcome: asyncio.Future[Rows | None]

    def tell(self, found: Rows | None) -> None:
        if not self.outcome.done():  # whoever asked may be gone
            self.outcome.set_result(found)


class Wires:
    """At most MOST connections to a database, to which the event loop listens that asks."""

    def __init__(self, engine: sa.Engine, in_thread: Callable[..., Awaitable[psycopg.Connection]]) -> None:
        self._engine = engine
        self._in_thread = in_thread
        self._strung: _Strung | None = None

    async def ask(self, ready: Ready, /, **asked: Any) -> Rows | None:
        """What a query finds; None when anything is not as usual, so that it is asked in the usual way, which says
        what is wrong."""
        try:
            values = ready.values(asked)
        except Exception:  # noqa: BLE001 - likewise
            return None
        loop = asyncio.get_running_loop()
        if self._strung is None or self._strung.loop is not loop:
            self.close()
            self._strung = _Strung(loop, partial(self._in_thread, _connect, self._engine))
        return await self._strung.ask(_Asked(ready, values, loop.create_future()))

    def close(self) -> None:
        if self._strung is not None:
            self._strung.close()
            self._strung = None


class _Strung:
    """The wires of one event loop, and what waits for one."""

    def __init__(self, loop: asyncio.AbstractEventLoop, connect: Callable[[], Awaitable[psycopg.Connection]]) -> None:
        self.loop = loop
        self._connect = connect
        self._free: list[_Wire] = []
        self._all: set[_Wire | asyncio.Task] = set()
        """Those that there are, and those that are on their way."""
        self._waiting: deque[_Asked] = deque()
        self._closed = False

    async def ask(self, asked: _Asked) -> Rows | None:
        self._waiting.append(asked)
        self._go_on()
        return await asked.outcome

    def close(self) -> None:
        self._closed = True
        for each in list(self._free):
            self._done(each)

    async def _add(self) -> None:
        try:
            wire = _Wire(self.loop, await self._connect(), self._done)
        except Exception:  # noqa: BLE001 - whatever it is, who asks in the usual way is told
            self._send_away()
        else:
            self._all.add(wire)
            self._done(wire)
        finally:
            self._all.discard(asyncio.current_task())

    def _go_on(self) -> None:
        while self._waiting and self._free:
            self._free.pop().ask(self._waiting.popleft())
        if self._closed:
            self._send_away()
        elif self._waiting and len(self._all) < MOST:
            self._all.add(self.loop.create_task(self._add()))

    def _send_away(self) -> None:
        while self._waiting:
            self._waiting.popleft().tell(None)

    def _done(self, wire: _Wire) -> None:
        """A wire has nothing to do, or is broken: then perhaps while it had nothing to do."""
        self._free = [each for each in self._free if each is not wire]
        if wire.broken or self._closed:
            self._all.discard(wire)
            wire.close()
        else:
            self._free.append(wire)
        self._go_on()


class _Wire:
    """One connection. It is asked one thing at a time."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, connection: psycopg.Connection, done: Callable[[_Wire], None]
    ) -> None:
        self._loop, self._connection, self._done = loop, connection, done
        self._pg = connection.pgconn
        self._pg.nonblocking = 1
        self._file = self._pg.socket
        self._prepared: dict[bytes, bytes] = {}
        self._names = 0
        self._asked: _Asked | None = None
        self._preparing = False
        self._result: PGresult | None = None
        self.broken = False
        loop.add_reader(self._file, self._hear)

    def ask(self, asked: _Asked) -> None:
        self._asked = asked
        try:
            self._send(asked)
        except psycopg.Error:
            self._end(None, broken=True)

    def close(self) -> None:
        if not self._loop.is_closed():
            self._loop.remove_reader(self._file)
        self._connection.close()

    def _send(self, asked: _Asked) -> None:
        text = asked.ready.text
        name = self._prepared.get(text)
        self._preparing = name is None
        if name is None:
            self._names += 1
            self._pg.send_prepare(b"w%d" % self._names, text)
        else:
            self._pg.send_query_prepared(name, asked.values)
        if self._pg.flush():
            raise psycopg.OperationalError("the server does not read")

    def _hear(self) -> None:
        try:
            self._pg.consume_input()
            while self._asked is not None and not self._pg.is_busy():
                if (result := self._pg.get_result()) is None:
                    self._settle(self._asked)
                    return
                self._result = result
        except psycopg.Error:
            self._end(None, broken=True)

    def _settle(self, asked: _Asked) -> None:
        """All of an answer is there."""
        result, self._result = self._result, None
        status = None if result is None else result.status
        if status == pq.ExecStatus.TUPLES_OK:
            self._end(Rows(asked.ready, self._connection, result))
        elif self._preparing and status == pq.ExecStatus.COMMAND_OK:
            self._prepared[asked.ready.text] = b"w%d" % self._names
            self.ask(asked)
        else:
            self._refuse(asked.ready, result)

    def _refuse(self, ready: Ready, result: PGresult | None) -> None:
        """What was prepared for tables as they were before may have become useless: it is prepared anew next time."""
        self._prepared.pop(ready.text, None)
        state = result and result.error_field(pq.DiagnosticField.SQLSTATE)
        ready.takes_long = ready.takes_long or state == CANCELED
        self._end(None)

    def _end(self, found: Rows | None, broken: bool = False) -> None:
        asked, self._asked = self._asked, None
        self.broken = broken or self._names > MOST_PREPARED
        if asked is not None:
            asked.tell(found)
        self._done(self)


def _connect(engine: sa.Engine) -> psycopg.Connection:
    pooled = engine.raw_connection()
    pooled.detach()
    connection = pooled.dbapi_connection
    connection.execute(f"SET statement_timeout = '{PATIENCE_SECONDS}s'")
    return connection
